/**
 * What a function does to the table, as its role must allow it: reads by key, queries (of the table or one of its indexes), and writes by
 * kind, in or outside a transaction.
 */
export type TableAction = 'get' | 'query' | 'query gsi1' | 'query gsi2' | 'put' | 'update' | 'delete' | 'check' | 'batch write'
