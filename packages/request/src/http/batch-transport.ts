export interface BatchEndpoint {
  readonly path: string
}
