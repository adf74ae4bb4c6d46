/** What a call was made on, for messages: the decorator knows the class only then. */
export function onObject(self: unknown): string {
  if (typeof self === 'function' && self.name !== '') return ` on the class \`${self.name}\``
  const { constructor } = Object(self) as { readonly constructor?: unknown }
  const name = typeof constructor === 'function' && constructor !== Object ? constructor.name : ''
  return name === '' ? '' : ` on an object of \`${name}\``
}
