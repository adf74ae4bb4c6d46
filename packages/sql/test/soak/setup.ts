/** How a worker gets to its database. */
export type Setup =
  | { readonly type: 'sqlite'; readonly path: string }
  /** `variant` says which options the pool gets. */
  | { readonly type: 'postgres'; readonly port: number; readonly variant: number }
  | { readonly type: 'mariadb'; readonly port: number; readonly variant: number }
