// The list of the pages of the desk: routes, navigation and the access matrix are made from it. The first that fits a
// path answers, so a fixed path stands before one with a parameter.
import type { DeskPage } from './page'
import { auditPage } from './pages/audit'
import { boardPage } from './pages/board'
import { customerPage } from './pages/customer'
import { customersPage } from './pages/customers'
import { editCustomerPage } from './pages/edit-customer'
import { editLeadPage } from './pages/edit-lead'
import { enquirePage } from './pages/enquire'
import { customersExportPage, leadsExportPage, ticketsExportPage } from './pages/exports'
import { followUpsPage } from './pages/follow-ups'
import { importErrorsPage, importPage } from './pages/import'
import { importsPage } from './pages/imports'
import { keysPage } from './pages/keys'
import { leadPage } from './pages/lead'
import { leadsPage } from './pages/leads'
import { memberPage } from './pages/member'
import { duplicatesPage, mergePage } from './pages/merge'
import { newCustomerPage } from './pages/new-customer'
import { newLeadPage } from './pages/new-lead'
import { notificationsPage } from './pages/notifications'
import { oauthDonePage, oauthPage } from './pages/oauth'
import { personalDataFilePage, personalDataPage } from './pages/personal-data'
import { portalPage } from './pages/portal'
import { profilePage } from './pages/profile'
import { changeEmailPage, forgotPasswordPage, resetPasswordPage, verifyEmailPage } from './pages/recovery'
import { registerPage } from './pages/register'
import { relatePage } from './pages/relate'
import { searchPage } from './pages/search'
import { signInPage, signOutPage } from './pages/sign-in'
import { teamPage } from './pages/team'
import { ticketPage } from './pages/ticket'
import { ticketsPage } from './pages/tickets'
import { todayPage } from './pages/today'
import { trashPage } from './pages/trash'
import { webhookPage, webhooksPage } from './pages/webhooks'
import { billingPage, workspacePage } from './pages/workspace'

export const PAGES: readonly DeskPage[] = [
  todayPage,
  leadsPage,
  boardPage,
  newLeadPage,
  editLeadPage,
  leadsExportPage,
  leadPage,
  followUpsPage,
  customersPage,
  newCustomerPage,
  duplicatesPage,
  editCustomerPage,
  mergePage,
  relatePage,
  personalDataFilePage,
  personalDataPage,
  customersExportPage,
  customerPage,
  ticketsPage,
  ticketsExportPage,
  ticketPage,
  importsPage,
  importErrorsPage,
  importPage,
  portalPage,
  searchPage,
  teamPage,
  memberPage,
  profilePage,
  notificationsPage,
  workspacePage,
  billingPage,
  keysPage,
  webhooksPage,
  webhookPage,
  trashPage,
  auditPage,
  signInPage,
  signOutPage,
  registerPage,
  enquirePage,
  verifyEmailPage,
  changeEmailPage,
  forgotPasswordPage,
  resetPasswordPage,
  oauthDonePage,
  oauthPage,
]
