import type { VersionBack } from '../retention/retention-paths.ts'
import type { Id } from '../runtime/ids.ts'

export const notePath = (id: Id<'snap'>, back: VersionBack = 'version') =>
  `/versions/${id}/note${back === 'version' ? '' : `?back=${back}`}`
