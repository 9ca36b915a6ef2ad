import type { App } from '../../mcp/app.ts'
import { createExclusion } from '../../nextcloud/files/exclusion.ts'
import { deckResources } from './resources.ts'
import { attachmentTools } from './tools/attachments.ts'
import { createBoard, getBoards, getBoardTool, getOverview } from './tools/boards.ts'
import {
  archiveCard,
  createCard,
  deleteCard,
  getCard,
  getCards,
  unarchiveCard,
  updateCardTool,
} from './tools/cards.ts'
import { createComment, deleteComment, getComments, updateComment } from './tools/comments.ts'
import {
  assignLabel,
  createLabel,
  deleteLabel,
  getLabels,
  getLabelTool,
  removeLabel,
  updateLabel,
} from './tools/labels.ts'
import { moveCard, reorderCardTool } from './tools/moves.ts'
import { assignDependent, assignUser, removeDependent, unassignUser } from './tools/relations.ts'
import {
  createStack,
  deleteStack,
  getArchivedStacks,
  getStack,
  getStacks,
  updateStack,
} from './tools/stacks.ts'

/** What the operator decides about files at cards. */
export interface DeckOptions {
  /** Names of system tags; what carries one of them cannot be attached. */
  excludedTags: readonly string[]
}

/** Deck: boards with stacks of cards. */
export function createDeckApp({ excludedTags }: DeckOptions): App {
  return {
    id: 'deck',
    title: 'Deck',
    about: 'Boards, stacks and cards with labels, people, comments and attachments',
    requires: 'deck',
    tools: [
      getBoards,
      getOverview,
      getBoardTool,
      createBoard,
      getStacks,
      getStack,
      getArchivedStacks,
      createStack,
      updateStack,
      deleteStack,
      getCards,
      getCard,
      createCard,
      updateCardTool,
      archiveCard,
      unarchiveCard,
      reorderCardTool,
      moveCard,
      deleteCard,
      getLabels,
      getLabelTool,
      createLabel,
      updateLabel,
      deleteLabel,
      assignLabel,
      removeLabel,
      assignUser,
      unassignUser,
      assignDependent,
      removeDependent,
      getComments,
      createComment,
      updateComment,
      deleteComment,
      ...attachmentTools(createExclusion(excludedTags)),
    ],
    essential: [
      'deck_get_boards',
      'deck_get_board_overview',
      'deck_create_card',
      'deck_update_card',
    ],
    toldBy: {
      path: 'nc_webdav_find_by_name',
      etag: 'deck_get_card',
      board_id: 'deck_get_boards',
      stack_id: 'deck_get_board_overview',
      card_id: 'deck_get_board_overview',
      dependent_card_id: 'deck_get_board_overview',
      source_board_id: 'deck_get_boards',
      source_stack_id: 'deck_get_board_overview',
      target_board_id: 'deck_get_boards',
      target_stack_id: 'deck_get_board_overview',
      label_id: 'deck_get_labels',
      user_id: 'deck_get_board',
      comment_id: 'deck_get_card_comments',
      attachment_id: 'deck_list_attachments',
      note_id: 'nc_notes_search_notes',
    },
    resources: deckResources,
  }
}
