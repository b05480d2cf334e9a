import { faultTable } from '../http/fault-table.ts'
import { OrderError } from './order.ts'

export const orderProblems = faultTable(OrderError, { 'no-device': 'HF-NOT-FOUND', 'too-many': 'HF-ORDERS-FULL' })
