import type { SnapshotFile } from '../../../src/state/snapshot/snapshot-file.ts'

export const MADE = '2026-11-27T03:10:00Z'

/** A small snapshot: one KV mount of each version, a role, two policies; `parts` replaces what a test is about. */
export function snapshot(parts: Partial<SnapshotFile> = {}): SnapshotFile {
  return {
    version: 1,
    made: MADE,
    by: 'eso-vault 0.0.0',
    target: 'prod',
    server: { address: 'https://vault.example.com', namespace: '', product: 'openbao', version: '2.7.1' },
    scope: 'folders',
    keys: true,
    names: 'plain',
    rights: { lacked: [], more: 0 },
    mounts: {
      '': {
        complete: true,
        of: { kv: { type: 'kv', version: 2 }, old: { type: 'kv', version: 1 }, pki: { type: 'pki' } },
      },
    },
    authMounts: {
      '': {
        complete: true,
        of: {
          kubernetes: { type: 'kubernetes', accessor: 'auth_kubernetes_1', config: { kubernetes_host: 'https://k' } },
        },
      },
    },
    roles: {
      '': {
        kubernetes: {
          complete: true,
          of: {
            eso: {
              type: 'kubernetes',
              fields: {
                bound_service_account_names: ['eso'],
                bound_service_account_namespaces: ['eso'],
                token_policies: ['eso'],
              },
            },
          },
        },
      },
    },
    policies: {
      '': {
        complete: false,
        of: { eso: { text: 'path "kv/data/*" { capabilities = ["read"] }' }, secretive: { state: 'hidden' } },
      },
    },
    secrets: {
      '': {
        kv: {
          shop: {
            complete: true,
            folders: ['deeper'],
            secrets: {
              db: {
                version: 3,
                keys: { user: null, nested: { deep: null } },
                pinned: { 1: { state: 'destroyed', version: 3 } },
              },
              gone: { state: 'deleted', version: 2, deletion: '2026-11-01T00:00:00Z' },
              ghost: { state: 'hidden' },
              seen: { state: 'unseen' },
            },
          },
          lonely: { complete: false, folders: [], secrets: { one: { version: 1, keys: {} } } },
          closed: { complete: false, state: 'hidden', folders: [], secrets: {} },
        },
        old: { '': { complete: true, folders: [], secrets: { app: {} } } },
      },
    },
    ...parts,
  }
}
