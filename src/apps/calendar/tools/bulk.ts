/** One change to many events: previewed, counted, and told of each. */
import { z } from 'zod'
import type { EventChanges } from '../../../icalendar/event-edit.ts'
import { defineTool } from '../../../mcp/tool.ts'
import { badInput } from '../../../nextcloud/errors.ts'
import {
  DONE,
  type Filters,
  itemsFor,
  type Operation,
  perform,
  preview,
  Row,
  targetOf,
} from '../bulk.ts'
import { Gaps } from '../event-result.ts'
import { fieldsToUpdate } from '../fields.ts'
import { isEmpty } from '../filters.ts'

/** Each costs one or two requests, one after the other. */
const MOST_ITEMS = 200
export const bulkOperations = defineTool({
  name: 'nc_calendar_bulk_operations',
  title: 'Change many events',
  description: `Updates, deletes or moves up to ${MOST_ITEMS} events that match the filters, series as a whole. Use dry_run first.`,
  scopes: ['calendar:write'],
  effect: 'delete',
  openWorld: true,
  input: z.object({
    operation: z.enum(['update', 'delete', 'move']),
    title_contains: z.string().optional(),
    categories: z.string().optional().describe('Any of them'),
    calendar_name: z.string().optional(),
    start_date: z.string().optional(),
    end_date: z.string().optional(),
    status: z.string().optional(),
    location_contains: z.string().optional(),
    new_title: z.string().trim().min(1).optional(),
    new_description: z.string().optional(),
    new_location: z.string().optional(),
    new_categories: z.string().optional(),
    new_priority: z.int().min(0).max(9).optional(),
    new_reminder_minutes: z.int().min(0).optional(),
    target_calendar: z.string().optional().describe('For move'),
    dry_run: z.boolean().default(false).describe('Only list what would be done'),
  }),
  output: z
    .object({
      operation: z.string(),
      dry_run: z.boolean().optional(),
      total_found: z.int(),
      updated_count: z.int().optional(),
      deleted_count: z.int().optional(),
      moved_count: z.int().optional(),
      failed_count: z.int(),
      target_calendar: z.string().optional(),
      results: z.array(Row),
      message: z.string().optional(),
    })
    .extend(Gaps.shape),
  async run(context, { operation, dry_run, target_calendar, ...args }) {
    const { session } = context
    const changes = changesOf(operation, args)
    refuseEverything(args)
    if (operation === 'move' && isEmpty(target_calendar)) {
      throw badInput('target_calendar: operation=move needs it')
    }
    const target = operation === 'move' ? await targetOf(session, target_calendar ?? '') : undefined
    const { items, ...gaps } = await itemsFor(session, args, target?.calendar)
    if (items.length > MOST_ITEMS && !dry_run) {
      throw badInput(
        `${items.length} events match, more than the ${MOST_ITEMS} of one call; nothing was done`,
        'Narrow the filters, for example with start_date and end_date.',
      )
    }
    const results = dry_run
      ? items.slice(0, MOST_ITEMS).map(item => preview(item, operation, target))
      : await perform(context, items, operation, changes, target)
    const failed = results.filter(({ status }) => status === 'failed').length
    const done = dry_run ? 0 : results.length - failed
    return {
      operation,
      ...(dry_run ? { dry_run } : {}),
      total_found: items.length,
      [`${DONE[operation]}_count`]: done,
      failed_count: failed,
      ...(target === undefined ? {} : { target_calendar: target.calendar.name }),
      results,
      ...(operation === 'delete' && done > 0
        ? { message: 'They can be restored from the trash bin of the calendar app.' }
        : {}),
      ...gaps,
    }
  },
})

interface NewFields {
  readonly new_title?: string | undefined
  readonly new_description?: string | undefined
  readonly new_location?: string | undefined
  readonly new_categories?: string | undefined
  readonly new_priority?: number | undefined
  readonly new_reminder_minutes?: number | undefined
}

function changesOf(operation: Operation, fields: NewFields): EventChanges {
  const given = {
    title: fields.new_title,
    description: fields.new_description,
    location: fields.new_location,
    categories: fields.new_categories,
    priority: fields.new_priority,
    reminder_minutes: fields.new_reminder_minutes,
  }
  if (operation === 'update') return fieldsToUpdate(given)
  const [named] = Object.entries(given).find(([, value]) => value !== undefined) ?? []
  if (named !== undefined) throw badInput(`new_${named}: it is for operation=update only`)
  return {}
}

/** Without any filter every event of the user would be meant, which nobody means. */
function refuseEverything(filters: Filters): void {
  const { calendar_name, start_date, end_date, title_contains, location_contains } = filters
  const given = [calendar_name, start_date, end_date, title_contains, location_contains]
  if ([...given, filters.categories, filters.status].every(isEmpty)) {
    throw badInput(
      'Give at least one filter',
      'title_contains, location_contains, categories, status, calendar_name, start_date or end_date.',
    )
  }
}
