export { HttpError, RequestError } from '@hotpath/contract'
export type { HttpErrorDetails } from '@hotpath/contract'
