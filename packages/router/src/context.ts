/**
 * What requests and responses refer to that stands above them: the application and its peers, which import them.
 * Each adds itself where it is defined.
 */
// biome-ignore lint/suspicious/noEmptyInterface: see above
export interface Context {}
