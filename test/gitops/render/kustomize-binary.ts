import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { type KustomizeBinary, searchKustomize } from '../../../src/gitops/process/kustomize-binary.ts'
import { runProcess } from '../../../src/gitops/process/run-process.ts'

const repository = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..')

/**
 * The kustomize that the tests run: on PATH, in `.cache/bin`, or where Go installs programs; else `kubectl kustomize`. Where there
 * is none the tests are skipped, loudly; with REQUIRE_KUSTOMIZE=1 that is a failure, and kubectl does not count.
 */
export async function kustomizeForTests(): Promise<KustomizeBinary | undefined> {
  const folders = [
    path.join(repository, '.cache', 'bin'),
    process.env.GOBIN ?? '',
    process.env.GOPATH === undefined ? '' : path.join(process.env.GOPATH, 'bin'),
    process.env.HOME === undefined ? '' : path.join(process.env.HOME, 'go', 'bin'),
    process.env.PATH ?? '',
  ].filter((folder) => folder !== '')
  const { binary } = await searchKustomize(runProcess, folders.join(path.delimiter))
  const required = process.env.REQUIRE_KUSTOMIZE === '1'
  if (required && (binary === undefined || binary.args[0] !== 'build'))
    throw new Error(
      'REQUIRE_KUSTOMIZE=1, but there is no kustomize 5: go install sigs.k8s.io/kustomize/kustomize/v5@v5.8.1',
    )
  if (binary === undefined)
    process.stderr.write(
      '\n*** SKIPPED: there is no kustomize 5 and no kubectl here, so nothing of rendering is tested. ***\n' +
        '*** go install sigs.k8s.io/kustomize/kustomize/v5@v5.8.1, or set REQUIRE_KUSTOMIZE=1 to make this a failure. ***\n\n',
    )
  return binary
}

/** Whether it knows the `sourceValue` of replacements, which came with 5.8: what a test needs of it does not run with an older one. */
export function knowsSourceValue(binary: KustomizeBinary | undefined): boolean {
  const [, major = 0, minor = 0] = /^v?(\d+)\.(\d+)/.exec(binary?.version ?? '')?.map(Number) ?? []
  return major > 5 || (major === 5 && minor >= 8)
}
