import { createHash, createHmac } from 'node:crypto'
import type { SnapshotFile } from './snapshot-file.ts'

/** How the names of one file are written. Each takes what lies above it into account: "folder by folder" (snapshot.md §2). */
export interface Naming {
  readonly hashed: boolean
  /** A folder as `secrets` files it, by its path below the mount. */
  readonly folder: (mount: string, path: string) => string
  /** A folder or a secret as its folder lists it, by its path below the mount. */
  readonly entry: (mount: string, path: string) => string
  /** A key of a secret, by the names of the keys that lead to it. */
  readonly key: (mount: string, path: string, steps: readonly string[]) => string
}

const PLAIN: Naming = {
  hashed: false,
  folder: (_, path) => path,
  entry: (_, path) => path.slice(path.lastIndexOf('/') + 1),
  key: (_mount, _path, steps) => steps[steps.length - 1] ?? '',
}

/** 128 bits. */
const BYTES = 16

/** Mounts stay plain, as policies name them; the folder that is a mount itself has no name to hide. */
function hashed(salt: string): Naming {
  const digest = (...parts: readonly string[]) =>
    createHmac('sha256', salt).update(JSON.stringify(parts)).digest().subarray(0, BYTES).toString('base64url')
  return {
    hashed: true,
    folder: (mount, path) => (path === '' ? '' : digest('path', mount, path)),
    entry: (mount, path) => digest('path', mount, path),
    key: (mount, path, steps) => digest('key', mount, path, ...steps),
  }
}

export function namingOf({ names, salt }: Pick<SnapshotFile, 'names' | 'salt'>): Naming {
  return names === 'hashed' ? hashed(salt ?? '') : PLAIN
}

/**
 * The salt for one server and target. Always the same one, so that a file of an unchanged server is byte-equal but for its time; it lies in
 * the file, and is no secret.
 */
export function saltFor(about: readonly string[]): string {
  const text = JSON.stringify(['eso-vault snapshot', ...about])
  return createHash('sha256').update(text).digest().subarray(0, BYTES).toString('base64url')
}
