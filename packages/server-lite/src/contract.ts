/** Contracts with schemas, checked: `@protoo-kit/server-lite/contract`. */
export {
  type ClientView,
  ContractError,
  type ContractHandlers,
  type ContractSchemas,
  type DataIssue,
  defineContract,
  type InvalidData,
  InvalidDataError,
  isRequestError,
  type RequestErrorOf,
  type ServerView,
  type StandardSchema,
} from '@protoo-kit/protocol/contract'
export { ContractRoom } from './contract-room.js'
