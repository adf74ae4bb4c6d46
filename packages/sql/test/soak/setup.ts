/** How a worker gets to its database. */
export type Setup =
  | { readonly type: 'sqlite'; readonly path: string }
  | { readonly type: 'postgres'; readonly port: number }
