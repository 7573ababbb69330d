import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, test } from 'vitest'

const run = promisify(execFile)

/**
 * Gives a process the ServiceAccount files that the kubelet gives a pod, on a file system that only it sees: nothing of this machine
 * is written. Ends as the process itself.
 */
const AS_POD = `set -e
mount -t tmpfs tmpfs "$(readlink -f /var/run)"
files=/var/run/secrets/kubernetes.io/serviceaccount
mkdir -p "$files"
cp "$1" "$files/token"
cp "$2" "$files/ca.crt"
shift 2
exec "$@"`

/** The command that parts a process from this machine's file system: as root, else as a user who is root in there only. */
async function findUnshare(): Promise<readonly string[] | undefined> {
  for (const command of [
    ['unshare', '-m'],
    ['unshare', '-r', '-m'],
  ]) {
    const [program = '', ...words] = command
    const works = await run(program, [...words, 'sh', '-c', 'mount -t tmpfs tmpfs "$(readlink -f /var/run)"']).then(
      () => true,
      () => false,
    )
    if (works) return command
  }
  return undefined
}

/** What starts a process in a pod with these files: `startOpenBao({ within: pod.within })`. */
export interface Pod {
  readonly within: readonly string[]
  readonly remove: () => Promise<void>
}

export async function createPod(files: { readonly token: string; readonly ca: string }): Promise<Pod> {
  const unshare = await findUnshare()
  if (unshare === undefined) throw new Error('no mount namespace of its own can be had here')
  const folder = await mkdtemp(join(tmpdir(), 'eso-vault-pod-'))
  await writeFile(join(folder, 'token'), files.token)
  await writeFile(join(folder, 'ca.crt'), files.ca)
  return {
    within: [...unshare, 'sh', '-c', AS_POD, 'as-pod', join(folder, 'token'), join(folder, 'ca.crt')],
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}

/** A suite that needs a process in a pod. Where none can be had it is skipped, and says so; with `REQUIRE_SERVER=1` it fails. */
export function describeInPod(name: string, suite: () => void): void {
  describe(name, async () => {
    if ((await findUnshare()) !== undefined) return suite()
    if (process.env.REQUIRE_SERVER === '1') {
      test('needs a mount namespace of its own', () => {
        throw new Error('REQUIRE_SERVER=1, and neither `unshare -m` nor `unshare -r -m` works here')
      })
      return
    }
    process.stderr.write(`\n!!! SKIPPED, no mount namespace can be had: "${name}"\n\n`)
    test.skip('needs a mount namespace of its own', () => {})
  })
}
