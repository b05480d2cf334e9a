import { AgentError } from '../errors/agent-error.ts'
import type { ListedVersion } from '../link/box-api.ts'
import type { WantedVersion } from './wanted-version.ts'

/**
 * The version that is meant, out of a list that is newest first. `latest` and moments never choose a checkpoint: it is a run that
 * goes on, or was cut off. An id chooses whatever it names.
 * @throws AgentError HF-NO-VERSION, HF-VERSION-AMBIGUOUS
 */
export async function chooseVersion(
  versions: AsyncIterable<ListedVersion>,
  wanted: WantedVersion,
  meant: { readonly text: string; readonly job: string | undefined },
): Promise<ListedVersion> {
  return wanted.kind === 'id' ? chooseById(versions, wanted.prefix, meant.text) : chooseByTime(versions, wanted, meant)
}

async function chooseByTime(
  versions: AsyncIterable<ListedVersion>,
  wanted: Extract<WantedVersion, { kind: 'latest' | 'until' }>,
  { text, job }: { readonly text: string; readonly job: string | undefined },
): Promise<ListedVersion> {
  // Lists go by number in the chain; a version that waited offline may have been taken before the one below it.
  let newest: ListedVersion | undefined
  for await (const version of versions) {
    if (version.isCheckpoint || (wanted.kind === 'until' && version.takenAtMs > wanted.atMs)) continue
    if (newest === undefined || version.takenAtMs > newest.takenAtMs) newest = version
    // Whatever follows was received, and so taken, before this one was: it cannot be newer.
    if (newest.takenAtMs >= version.receivedAtMs) return newest
  }
  if (newest) return newest
  const of = job === undefined ? 'This computer has' : `The job "${job}" has`
  throw new AgentError(
    'HF-NO-VERSION',
    wanted.kind === 'latest' ? `${of} no version yet.` : `${of} no version from ${text} or before.`,
  )
}

async function chooseById(versions: AsyncIterable<ListedVersion>, prefix: string, text: string): Promise<ListedVersion> {
  let found: ListedVersion | undefined
  for await (const version of versions) {
    if (!version.id.startsWith(prefix)) continue
    if (found) throw new AgentError('HF-VERSION-AMBIGUOUS', `"${text}" begins ${found.id} and ${version.id}.`)
    found = version
    if (version.id === prefix) break
  }
  if (found) return found
  throw new AgentError('HF-NO-VERSION', `No version's id begins with "${text}".`)
}
