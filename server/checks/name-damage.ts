/** Which paths of which versions need a record that is not there: down from each version's root, only where something is missing. */
import {
  type ChunkId,
  childIds,
  FormatError,
  MissingChunksError,
  type PlaintextSource,
  readTreeNode,
} from '../../engine/index.ts'
import type { Id } from '../runtime/ids.ts'
import type { Snapshot } from '../snapshots/snapshot.ts'
import { type AffectedPath, maxPathsListed } from './check.ts'
import type { RecordGraph } from './record-graph.ts'

/** Folder records that are opened to find names; a box full of damage has other worries than the last name. */
const maxNodesOpened = 20_000

export interface NamedDamage {
  readonly paths: readonly AffectedPath[]
  readonly isComplete: boolean
}

export async function nameDamage(
  graph: RecordGraph,
  source: PlaintextSource,
  versions: readonly Snapshot[],
): Promise<NamedDamage> {
  const naming = new Naming(graph, source)
  for (const version of versions) {
    if (!(await naming.name(version))) return { paths: naming.list(), isComplete: false }
  }
  return { paths: naming.list(), isComplete: true }
}

interface Folder {
  readonly tree: ChunkId
  readonly path: Buffer
}

class Naming {
  private readonly graph: RecordGraph
  private readonly source: PlaintextSource
  private readonly paths = new Map<
    string,
    { readonly path: Buffer; readonly isFolder: boolean; readonly versions: Id<'snap'>[] }
  >()
  private nodesOpened = 0

  constructor(graph: RecordGraph, source: PlaintextSource) {
    this.graph = graph
    this.source = source
  }

  list(): readonly AffectedPath[] {
    return [...this.paths.values()]
  }

  /** False when a limit was reached before its end. */
  async name(version: Snapshot): Promise<boolean> {
    const waiting: Folder[] = [{ tree: version.root, path: Buffer.alloc(0) }]
    for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
      if (this.nodesOpened >= maxNodesOpened || this.paths.size >= maxPathsListed) return false
      this.nodesOpened += 1
      const below = await this.open(folder, version.id)
      if (below !== undefined) waiting.push(...below)
      else this.add(folder.path, version.id, true)
    }
    return true
  }

  /** The folders below that lack something; undefined when the folder itself is what is missing. */
  private async open({ tree, path }: Folder, version: Id<'snap'>): Promise<readonly Folder[] | undefined> {
    if (!this.graph.isAvailable(this.graph.numberOf(tree))) return undefined
    const plaintext = await this.read(tree)
    if (plaintext === undefined) return undefined
    const node = readTreeNode(plaintext)
    if (node.kind === 'index') return node.children.filter(({ id }) => this.lacks(id)).map(({ id }) => ({ tree: id, path }))
    const below: Folder[] = []
    for (const entry of node.entries) {
      if (![...childIds(entry)].some((id) => this.lacks(id))) continue
      const entryPath = Buffer.concat([path, Buffer.from('/'), entry.name])
      if (entry.type === 'directory') below.push({ tree: entry.tree, path: entryPath })
      else this.add(entryPath, version, false)
    }
    return below
  }

  private lacks(id: ChunkId): boolean {
    return this.graph.isTainted(this.graph.numberOf(id))
  }

  private async read(tree: ChunkId): Promise<Buffer | undefined> {
    try {
      const plaintexts = await this.source.readPlaintexts([tree])
      return [...plaintexts.values()][0]
    } catch (error) {
      if (error instanceof FormatError || error instanceof MissingChunksError) return undefined
      throw error
    }
  }

  private add(path: Buffer, version: Id<'snap'>, isFolder: boolean): void {
    const key = path.toString('latin1')
    const known = this.paths.get(key)
    if (known === undefined) this.paths.set(key, { path, isFolder, versions: [version] })
    else if (known.versions.at(-1) !== version) known.versions.push(version)
  }
}
