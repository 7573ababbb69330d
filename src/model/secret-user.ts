import type { Severity } from './finding.ts'
import type { Manifest } from './manifest.ts'
import type { Span } from './span.ts'

/** What uses a Kubernetes Secret by its name, and what happens to it without. */
export interface SecretUser {
  readonly manifest: Manifest
  /** Where it names the Secret. */
  readonly span: Span
  readonly use: SecretUse
  /** How bad it is when the Secret is gone: an error fails the user, a note is worth knowing. */
  readonly without: Severity
}

export type SecretUse =
  /** A store reads it to log in, or to trust the server. */
  | { readonly code: 'store-login' }
  /** A PushSecret pushes it. */
  | { readonly code: 'push-source' }
  /** An ExternalSecret's template is read from it. */
  | { readonly code: 'template' }
  /** A workload, a release or a controller asks for it: variables, a volume, values, an image, whatever it needs. */
  | { readonly code: 'variables' | 'mount' | 'values' | 'pull' | 'need' }

/** Who uses the Secret of this namespace and name, among what one cluster gets together with `near`. */
export type SecretUsers = (namespace: string, name: string, near: Manifest) => readonly SecretUser[]
