import { EventBus, type HotpathError } from '@hotpath/contract'

/** What happens to a cache that follows a server. */
export type FollowEvent =
  | {
      /** The server responds. */
      readonly type: 'open'
    }
  | {
      /** The connection is lost. */
      readonly type: 'closed'
      /** After so many milliseconds it is tried again. */
      readonly retryMs: number
    }
  | {
      /** Invalidations were missed for good: all is invalidated that is not known to hold. */
      readonly type: 'gap'
    }
  | {
      /** The server cannot be reached, the browser's log did not take what came, or a listener threw. */
      readonly type: 'fault'
      /** What went wrong. */
      readonly error: HotpathError
    }

export class FollowEvents extends EventBus<FollowEvent> {
  constructor() {
    super({ open: true, closed: true, gap: true, fault: true }, { subject: 'following', wentOn: 'The page' })
  }

  override fault(error: HotpathError): void {
    this.emit({ type: 'fault', error })
  }
}
