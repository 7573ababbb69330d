import type { Deadline } from '../../model/deadline.ts'
import type { FieldPath } from '../../model/value.ts'
import { isRemoteAddress } from '../look-through/remote-address.ts'
import { joinRelative, type RepositoryTree } from '../look-through/repository-tree.ts'
import { entriesAt, type Placed, textAt } from '../placed/placed.ts'
import type { NameReference } from './name-references.ts'
import type { ObjectFiles } from './object-files.ts'
import { currentId, idKey, isCertain, type ReadObject, touched } from './read-object.ts'
import { Stop } from './stop.ts'
import type { Undecided, UndecidedCode } from './undecided.ts'

export interface ReadContext {
  readonly tree: RepositoryTree
  readonly files: ObjectFiles
  /** The kustomization of a folder, with places; `undefined` when it has none that can be read. */
  readonly kustomization: (folder: string) => Placed | undefined
  /** What folders gave before: bases are shared by many overlays. */
  readonly done: Map<string, Gathered>
  /** After it nothing is read: who asked tells that. */
  readonly deadline: Deadline
}

/** What a kustomization has gathered and changed, before the last steps that kustomize takes only once, at the top. */
export interface Gathered {
  readonly objects: readonly ReadObject[]
  readonly undecided: ReadonlySet<Undecided>
  /** There may be objects, or ids of objects, that the reader does not know. */
  readonly open: boolean
  /** Its own folder and those that it includes. */
  readonly folders: ReadonlySet<string>
  /** What `configurations` say of objects that may still come. */
  readonly configured: ReadonlySet<Configured>
}

export interface Configured {
  /** Absent when the references are all there is. */
  readonly reason?: Undecided
  touches(object: ReadObject): boolean
  /** Fields that hold names. */
  readonly references: readonly NameReference[]
}

/** One build, of whatever is included. */
export interface Run {
  readonly context: ReadContext
  /** Every object has annotations of kustomize's own, because of `buildMetadata`. */
  readonly isAnnotated: boolean
  readonly depth: number
}

/** Thirty times the largest build seen; kustomizations that include each other many times pass it soon. */
const MAX_OBJECTS = 5_000

/** One kustomization while it is read; a Component works on what it is applied to. */
export class Build implements Run {
  readonly context: ReadContext
  readonly folder: string
  /** Of the kustomization. */
  readonly fileName: string
  readonly folders: Set<string>
  objects: readonly ReadObject[]
  readonly undecided = new Set<Undecided>()
  readonly configured = new Set<Configured>()
  open: boolean
  readonly isAnnotated: boolean
  /** How many kustomizations include it, each the next. */
  readonly depth: number

  constructor(run: Run, folder: string, fileName: string, start: readonly ReadObject[], open: boolean) {
    this.context = run.context
    this.isAnnotated = run.isAnnotated
    this.depth = run.depth + 1
    this.folder = folder
    this.fileName = fileName
    this.folders = new Set([folder])
    this.objects = start
    this.open = open
  }

  /** Notes what cannot be told; `adds`: objects that are not listed may come of it. */
  reason(
    path: FieldPath,
    code: UndecidedCode,
    what: { fails?: boolean; adds?: boolean; file?: string; fields?: readonly FieldPath[] | undefined } = {},
  ): Undecided {
    const { fails = false, adds = false, file = this.fileName, fields } = what
    const found = { code, file, path, fails, adds, ...(fields === undefined ? {} : { fields }) }
    this.undecided.add(found)
    if (adds) this.open = true
    return found
  }

  /** Runs one entry; where it stops, the objects stay as they were and the reason is noted. */
  step(
    path: FieldPath,
    run: () => void,
    what: { adds?: boolean; touches?: (object: ReadObject) => boolean } = {},
  ): void {
    try {
      run()
    } catch (error) {
      if (!(error instanceof Stop)) throw error
      const adds = what.adds === true && !error.fails
      const found = this.reason(path, error.code, { fails: error.fails, adds })
      if (what.touches !== undefined && !error.fails) this.touch(found, what.touches)
    }
  }

  /** Something that is meant is not there: kustomize refuses that, unless it is among what the reader does not know. */
  missing(path: FieldPath, code: UndecidedCode): void {
    if (this.open) this.reason(path, code)
    else this.reason(path, 'build-fails', { fails: true })
  }

  touch(reason: Undecided, which: (object: ReadObject) => boolean): void {
    this.objects = this.objects.map((object) => (which(object) ? touched(object, reason) : object))
  }

  /**
   * Changes each object that is meant; `undefined` takes it out. What stops at an object leaves it as it is: of one about which
   * something is undecided already, not even an error is certain.
   */
  change(path: FieldPath, means: (object: ReadObject) => boolean, to: (object: ReadObject) => ReadObject | undefined) {
    this.objects = this.objects.flatMap((object): readonly ReadObject[] => {
      if (!means(object)) return [object]
      try {
        const result = to(object)
        return result === undefined ? [] : [result]
      } catch (error) {
        if (!(error instanceof Stop)) throw error
        const fails = error.fails && isCertain(object)
        const found = this.reason(path, error.fails && !fails ? 'patch-form' : error.code, {
          fails,
          fields: error.fields,
        })
        return [touched(object, found)]
      }
    })
  }

  replace(old: ReadObject, by: ReadObject): void {
    this.objects = this.objects.map((object) => (object === old ? by : object))
  }

  /** Two objects of one kind, namespace and name end the build. */
  append(objects: readonly ReadObject[], path: FieldPath): void {
    if (this.objects.length + objects.length > MAX_OBJECTS) {
      this.reason(path, 'too-large', { adds: true })
      return
    }
    const own = this.isAnnotated ? objects.map((object) => this.annotated(object, path)) : objects
    this.objects = [...this.objects, ...own]
    this.demandUnique(path)
  }

  private annotated(object: ReadObject, path: FieldPath): ReadObject {
    const own = { ...object, notes: { ...object.notes, any: true } }
    // After which step annotations of other types become texts depends on what else the kustomization does.
    const isOdd = entriesAt(object.node, 'metadata', 'annotations').some(([, { node }]) => textAt(node) === undefined)
    return isOdd ? touched(own, this.reason(path, 'yaml')) : own
  }

  demandUnique(path: FieldPath): void {
    for (const { fails } of this.undecided) if (fails) return
    const seen = new Map<string, ReadObject>()
    for (const object of this.objects) {
      const key = idKey(currentId(object))
      const other = seen.get(key)
      // A name that is undecided may be another one.
      if (other !== undefined && other.undecided.length === 0 && object.undecided.length === 0) {
        this.reason(path, 'build-fails', { fails: true })
        return
      }
      seen.set(key, object)
    }
  }

  /** The path that an entry names: what a symlinked folder holds names its neighbours from where it is, as kustomize reads it. */
  place(target: string): string {
    return this.context.tree.real(joinRelative(this.folder, target))
  }

  /** The file that an entry names, relative to the repository. */
  file(target: string): string {
    if (isRemoteAddress(target)) throw new Stop('remote')
    const relative = this.place(target)
    const entry = target.startsWith('/') ? 'outside' : this.context.tree.entry(relative)
    if (entry === 'file') return relative
    throw new Stop(entry === 'outside' ? 'outside' : entry === 'absent' ? 'absent' : 'build-fails')
  }

  /** What an included kustomization says of itself. */
  take(below: Gathered): void {
    for (const reason of below.undecided) this.undecided.add(reason)
    for (const found of below.configured) this.configured.add(found)
    for (const folder of below.folders) this.folders.add(folder)
    this.open ||= below.open
  }

  gathered(): Gathered {
    const { objects, undecided, open, folders, configured } = this
    return { objects, undecided, open, folders, configured }
  }
}
