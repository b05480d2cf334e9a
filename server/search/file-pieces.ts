/** How much of a file another version has already: by the pieces in which it is kept. */
import { type ContentRun, contentRuns, type PlaintextSource, type TreeEntry } from '../../engine/index.ts'

export type ComparedFile = Extract<TreeEntry, { readonly content: unknown }>

export interface ComparedPieces {
  /** In order. */
  readonly pieces: readonly { readonly bytes: number; readonly isNew: boolean }[]
  readonly newBytes: number
}

/** A file of some gigabytes. Larger ones are told by their size alone. */
const maxPieces = 4_096

/** Undefined where that cannot be said cheaply: small files lie in their folder, huge ones have too many pieces. */
export async function comparePieces(
  source: PlaintextSource,
  before: ComparedFile,
  after: ComparedFile,
): Promise<ComparedPieces | undefined> {
  const [old, now] = [await runsOf(source, before), await runsOf(source, after)]
  if (old === undefined || now === undefined || now.length === 0) return undefined
  const known = new Set(old.map(keyOf))
  const pieces = now.map((run) => ({ bytes: run.length, isNew: run.kind === 'data' && !known.has(keyOf(run)) }))
  return { pieces, newBytes: pieces.reduce((sum, { bytes, isNew }) => sum + (isNew ? bytes : 0), 0) }
}

async function runsOf(source: PlaintextSource, entry: ComparedFile): Promise<readonly ContentRun[] | undefined> {
  const runs: ContentRun[] = []
  for await (const run of contentRuns(source, entry)) {
    if (run.kind === 'inline' || runs.length === maxPieces) return undefined
    runs.push(run)
  }
  return runs
}

function keyOf(run: ContentRun): string {
  return run.kind === 'data' ? run.id.toString('latin1') : `${run.kind} ${run.length}`
}
