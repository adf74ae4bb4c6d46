// A target in angle brackets and its parameters up to the next comma outside of quotes.
const LINK = /<([^>]*)>((?:\s*;\s*[^\s=;,]+(?:\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^\s;,"]*))?)*)/g
const PARAMETER = /;\s*([^\s=;,]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]*)))?/g

/** The target of the first link with a relation (the Link field, RFC 8288, section 3); not resolved against a base. */
export function linkOf(field: string | undefined, relation: string): string | undefined {
  for (const [, target = '', parameters = ''] of (field ?? '').matchAll(LINK)) {
    for (const [, name = '', quoted, token = ''] of parameters.matchAll(PARAMETER)) {
      if (name.toLowerCase() !== 'rel') continue
      if ((quoted ?? token).toLowerCase().split(/\s+/).includes(relation)) return target
      // Of several `rel` of one link the first counts.
      break
    }
  }
  return undefined
}
