/** Who looks at a page of the box itself: it belongs to no customer's account. */
import type { Viewer } from '../../views/site.ts'
import type { AppContext } from './app-environment.ts'
import { userOf } from './principal.ts'
import { Problem } from './problem.ts'

export function staffViewer(c: AppContext, host: string): Viewer {
  const user = userOf(c.var.access.principal)
  if (user === undefined) throw new Problem('HF-SIGN-IN-NEEDED')
  const { name, staffRole } = user
  if (staffRole === undefined) throw new Problem('HF-FORBIDDEN')
  return {
    name,
    role: staffRole === 'administrator' ? 'Administrator' : 'Implementor',
    account: { name: 'All customers', number: host },
    standing: 'box',
    staff: staffRole,
    maySwitch: true,
  }
}
