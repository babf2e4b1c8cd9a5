/** What a contract says, for the types of the composables. */
export type {
  AnyContract,
  ClientSide,
  Contract,
  NotificationData,
  NotificationMethod,
  RequestData,
  RequestMethod,
  RequestOptions,
  RequestResult,
  ServerSide,
} from '@protoo-kit/protocol'
