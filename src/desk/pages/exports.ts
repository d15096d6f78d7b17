// Exports: the lists as files, by the same filters that stand in the address of the list.
import type { z } from 'zod'
import { CustomerExport, LeadExport, TicketExport } from '../../exports/exports.schemas'
import { type ExportFile, exportCustomers, exportLeads, exportTickets } from '../../exports/exports.service'
import { download } from '../../exports/exports.stream'
import type { Desk } from '../desk'
import { questionOf } from '../desk.question'
import { type DeskPage, page } from '../page'

// Excel reads a CSV file as UTF-8 by its byte order mark. Other formats refuse one, and then it is left out.
const USUAL = { bom: 'true' }

function exportPage<S extends z.ZodType>(
  path: string,
  schema: S,
  file: (desk: Desk, query: z.output<S>) => Promise<ExportFile>,
): DeskPage {
  return page({
    path: `${path}/export`,
    needs: 'exports:read',
    load: (desk) => ({ file: file(desk, questionOf(desk, schema, USUAL)) }),
    view: ({ c }, loaded) => download(c, loaded.file),
  })
}

export const leadsExportPage = exportPage('/leads', LeadExport, async ({ ctx }, query) => exportLeads(ctx, query))
export const customersExportPage = exportPage('/customers', CustomerExport, async ({ ctx }, query) =>
  exportCustomers(ctx, query),
)
export const ticketsExportPage = exportPage('/tickets', TicketExport, async ({ ctx }, query) =>
  exportTickets(ctx, query),
)
