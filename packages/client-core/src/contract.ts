/** Contracts with schemas, checked: `@protoo-kit/client-core/contract`. */
export {
  type ClientView,
  ContractError,
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
export { ContractPeer, createContractPeer } from './contract-peer.js'
