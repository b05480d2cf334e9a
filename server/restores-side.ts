/** Getting files back to computers, put together. A part of the composition root. */
import { createRestoreOrders, type RestoreOrdersService } from './restore-orders/restore-orders-service.ts'
import { createTellRestores } from './restore-orders/tell-restores.ts'

export interface RestoresSide {
  readonly restoreOrders: RestoreOrdersService
  /** Letters about restores that ended; answers how many ended. */
  readonly tellRestores: () => Promise<number>
}

export function createRestoresSide(
  options: Parameters<typeof createRestoreOrders>[0] & Omit<Parameters<typeof createTellRestores>[0], 'database' | 'clock'>,
): RestoresSide {
  return { restoreOrders: createRestoreOrders(options), tellRestores: createTellRestores(options) }
}
