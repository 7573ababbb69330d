import type { FieldPath } from '../../model/value.ts'

export type UndecidedCode =
  /** kustomize refuses the build: nothing is applied. */
  | 'build-fails'
  /** A file or folder that is named and is not there. */
  | 'absent'
  /** An address: what it brings is not here. */
  | 'remote'
  /** It leaves the repository. */
  | 'outside'
  /** A chart is rendered. */
  | 'helm'
  /** A generator, transformer or validator that is configured in a file of its own. */
  | 'plugin'
  /** `vars`: put into fields by kustomize's own list. */
  | 'vars'
  /** `configurations`: changes which fields the transformers set. */
  | 'configurations'
  /** `crds`: tells kustomize which fields of custom resources hold names. */
  | 'crds'
  /** `openapi`: changes how lists merge. */
  | 'openapi'
  /** A list of a kind whose items kustomize merges by its schema. */
  | 'list-merge'
  /** A patch in a form that is not followed. */
  | 'patch-form'
  /** A replacement in a form that is not followed. */
  | 'replacement-form'
  /** A generator in a form that is not followed. */
  | 'generator-form'
  /** A name that kustomize follows from object to object. */
  | 'name-reference'
  /** YAML that parsers understand differently, or that was not read. */
  | 'yaml'
  /** More than is read here. */
  | 'too-large'
  /** Any other field. */
  | 'field'

/** Why kustomize must decide something: which feature, and where it stands. */
export interface Undecided {
  readonly code: UndecidedCode
  /** The kustomization, or another file that is at fault; relative to the repository. */
  readonly file: string
  /** In that file. */
  readonly path: FieldPath
  /** kustomize ends with an error because of it, so that nothing of the whole build is applied. */
  readonly fails: boolean
  /** It may bring objects that the reading does not list. */
  readonly adds: boolean
  /** The only fields of the object that it is about, where that is told. */
  readonly fields?: readonly FieldPath[]
}
