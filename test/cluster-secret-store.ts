/** A ClusterSecretStore `vault` over KV version 2, as a person writes it; the service account and its namespace have one name. */
export function clusterSecretStore({ role = 'eso', account = 'eso' } = {}): string {
  return `apiVersion: external-secrets.io/v1
kind: ClusterSecretStore
metadata:
  name: vault
spec:
  provider:
    vault:
      server: https://vault.example.com
      path: kv
      version: v2
      auth:
        kubernetes:
          mountPath: kubernetes
          role: ${role}
          serviceAccountRef:
            name: ${account}
            namespace: ${account}
`
}
