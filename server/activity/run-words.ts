/** A run in words. Pure. */
import type { State } from '../../views/partials/state.ts'
import { hidePaths } from '../text/hide-paths.ts'
import type { RunRecord } from './activity.ts'

export function stateOf({ standing }: RunRecord): State {
  if (standing === undefined) return 'running'
  return standing === 'refused' ? 'paused' : standing
}

export function saysOf({ standing, verdict, skipped, knownSkips }: RunRecord): string {
  switch (standing) {
    case undefined:
      return 'This backup is running.'
    case 'ok':
      return verdict === 'partial' ? `Backed up, ${knownSkips} known ${knownSkips === 1 ? 'skip' : 'skips'}.` : 'Backed up.'
    case 'partial':
      return `${skipped - knownSkips} ${skipped - knownSkips === 1 ? 'file was' : 'files were'} left out.`
    case 'failed':
      return 'This backup failed.'
    case 'refused':
      return 'This backup was not let begin.'
    default:
      return standing satisfies never
  }
}

export function leadOf({ standing, version, knownSkips }: RunRecord): string {
  switch (standing) {
    case undefined:
      return 'The computer may be used meanwhile. When it is switched off, the backup goes on later.'
    case 'ok':
      return version === undefined
        ? 'Its version is not kept any more; newer ones hold what it held.'
        : 'Everything that was selected is in its version.'
    case 'partial':
      return `Everything else is safe.${knownSkips === 0 ? '' : ` ${knownSkips} more are known and accepted.`}`
    case 'failed':
      return 'No version came of it. What earlier backups kept is safe.'
    case 'refused':
      return 'Nothing was sent. What earlier backups kept is safe, and can be restored.'
    default:
      return standing satisfies never
  }
}

/** Beside the state, in a list. */
export function wordsOf(run: RunRecord, mayRead: boolean): string {
  const { standing, skipped, knownSkips, detail = '', code } = run
  if (standing === 'failed' || standing === 'refused') return (mayRead ? detail : hidePaths(detail)) || (code ?? '')
  const left = skipped - knownSkips
  if (standing === 'partial') return `${left} left out${knownSkips === 0 ? '' : `, ${knownSkips} known`}`
  return standing === 'ok' && skipped > 0 ? `${knownSkips} known ${knownSkips === 1 ? 'skip' : 'skips'}` : ''
}
