/** Nothing was written: the token, the digest or an input forbids it. The message says what to do. */
export class ApplyRefused extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'ApplyRefused'
  }
}
