/** Who looks at a page of the box itself: it belongs to no customer's account. */
import type { Viewer } from '../../views/site.ts'
import type { AppContext } from './app-environment.ts'
import { userOf } from './principal.ts'
import { Problem } from './problem.ts'

export function staffViewer(c: AppContext, host: string): Viewer {
  const user = userOf(c.var.access.principal)
  if (user === undefined) throw new Problem('HF-SIGN-IN-NEEDED')
  const isAdministrator = user.staffRole === 'administrator'
  return {
    name: user.name,
    role: isAdministrator ? 'Administrator' : 'Implementor',
    account: { name: 'This box', number: host },
    isAdministrator,
  }
}
