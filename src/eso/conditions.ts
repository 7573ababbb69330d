/** What a ClusterSecretStore's `conditions` say to the consumer's namespace (eso.md §6.1). */
export type ConditionVerdict =
  | { readonly verdict: 'allowed' }
  | { readonly verdict: 'denied'; readonly namespaces: readonly string[]; readonly because: string }
  | { readonly verdict: 'unknown'; readonly because: string }
