import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { readFolder } from '../../../src/gitops/kustomize/read-kustomization.ts'
import type { ReadObject } from '../../../src/gitops/kustomize/read-object.ts'
import { type Reading, undecidedFor } from '../../../src/gitops/kustomize/reading.ts'
import { repositoryTree } from '../../../src/gitops/look-through/repository-tree.ts'
import { plainValue, spanIn } from '../../../src/gitops/placed/placed.ts'
import { at, type FieldPath, type Value } from '../../../src/model/value.ts'
import { readContext } from './read-context.ts'

export interface ReadTree extends Reading {
  object(name: string, kind?: string): ReadObject
  value(name: string, ...path: FieldPath): Value | undefined
  /** `file:line` of a field. */
  placeOf(name: string, ...path: FieldPath): string
  /** Codes of what is undecided for an object. */
  codes(name: string): string[]
  /** `code file path` of what makes the build fail. */
  readonly failures: readonly string[]
  readonly names: readonly string[]
}

/** Every tree that was read, so that it can be held against kustomize. */
export const readTrees: { readonly files: Readonly<Record<string, string>>; folder: string; reading: Reading }[] = []

export function writeTree(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(path.join(tmpdir(), 'eso-vault-reading-'))
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true })
    writeFileSync(path.join(root, file), text)
  }
  return root
}

/** Writes the files into a temporary folder, reads one folder of them, and removes them again. */
export function readTree(files: Readonly<Record<string, string>>, folder = ''): ReadTree {
  const root = writeTree(files)
  try {
    const context = readContext(repositoryTree(root))
    const reading = readFolder(context, folder)
    readTrees.push({ files, folder, reading })
    const object = (name: string, kind?: string) => {
      const found = reading.objects.find(
        ({ node, names }) => names.at(-1) === name && (kind === undefined || at(plainValue(node), 'kind') === kind),
      )
      if (found === undefined) throw new Error(`no ${name} among ${reading.objects.map(({ names }) => names.at(-1))}`)
      return found
    }
    return {
      ...reading,
      object,
      value: (name, ...path) => at(plainValue(object(name).node), ...path),
      placeOf: (name, ...path) => {
        const span = spanIn(object(name).node, path)
        return `${span.file}:${span.line}`
      },
      codes: (name) => undecidedFor(reading, object(name)).map(({ code }) => code),
      failures: reading.undecided
        .filter(({ fails }) => fails)
        .map(({ code, file, path }) => `${code} ${file} ${path.join('.')}`),
      names: reading.objects.map(({ names }) => names.at(-1) ?? ''),
    }
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

/** A kustomization of lines. */
export function kustomization(...lines: string[]): string {
  return `apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n${lines.join('\n')}\n`
}

export function component(...lines: string[]): string {
  return `apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n${lines.join('\n')}\n`
}

/** An ExternalSecret of one item: its key is on line 11. */
export function externalSecret(name: string, key: string, namespace?: string): string {
  return `apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: ${name}${namespace === undefined ? '' : `\n  namespace: ${namespace}`}
spec:
  secretStoreRef:
    name: vault
  data:
    - secretKey: password
      remoteRef:
        key: ${key}
`
}

export function configMap(name: string, ...data: string[]): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n${data.length === 0 ? '' : `data:\n${data.map((line) => `  ${line}\n`).join('')}`}`
}
