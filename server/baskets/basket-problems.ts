import { faultTable } from '../http/fault-table.ts'
import { BasketError } from './basket.ts'

export const basketProblems = faultTable(BasketError, { full: 'HF-BASKET-FULL' })
