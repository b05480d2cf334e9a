/** Who looks at a page of their own: in the account they stand in, before the whole box, or nowhere yet. */
import type { Viewer } from '../../views/site.ts'
import { openAccount } from '../accounts/account.ts'
import type { CustomersService } from '../customers/customers-service.ts'
import type { AppContext } from '../http/app-environment.ts'
import { Problem } from '../http/problem.ts'
import { staffViewer } from '../http/staff-viewer.ts'
import type { SignedIn } from '../sessions/session.ts'

export async function ownViewer(c: AppContext, customers: CustomersService, host: string): Promise<Viewer> {
  const { user } = getSession(c)
  if (user.memberships.length > 0) return (await openAccount(c, customers)).viewer
  return staffViewer(c, host)
}

/** Pages about oneself are for people in a browser. */
export function getSession(c: AppContext): SignedIn {
  const { session } = c.var
  if (session === undefined) throw new Problem('HF-FORBIDDEN')
  return session
}
