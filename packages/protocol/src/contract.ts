/** Contracts with schemas, and errors of any contract: `@protoo-kit/protocol/contract`. */
export { type Checked, ContractChecks } from './contract-checks.js'
export {
  ContractError,
  type DataIssue,
  type InvalidData,
  InvalidDataError,
  isRequestError,
} from './contract-errors.js'
export type { ContractErrorCode, ContractErrorData } from './contract-types.js'
export type {
  ClientView,
  ContractErrorArguments,
  ContractHandlers,
  ContractSchemas,
  RequestErrorOf,
  RequestSchemas,
  ServerView,
  SideSchemas,
} from './contract-views.js'
export { defineContract } from './define-contract.js'
export { InOrder } from './in-order.js'
export type {
  InferInput,
  InferOutput,
  SchemaIssue,
  SchemaResult,
  StandardSchema,
} from './standard-schema.js'
