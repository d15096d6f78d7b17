// The list of the pages of the desk: routes, navigation and the access matrix are made from it. The first that fits a
// path answers, so a fixed path stands before one with a parameter.
import type { DeskPage } from './page'
import { boardPage } from './pages/board'
import { customerPage } from './pages/customer'
import { customersPage } from './pages/customers'
import { editCustomerPage } from './pages/edit-customer'
import { editLeadPage } from './pages/edit-lead'
import { followUpsPage } from './pages/follow-ups'
import { leadPage } from './pages/lead'
import { leadsPage } from './pages/leads'
import { duplicatesPage, mergePage } from './pages/merge'
import { newCustomerPage } from './pages/new-customer'
import { newLeadPage } from './pages/new-lead'
import { oauthDonePage, oauthPage } from './pages/oauth'
import { personalDataFilePage, personalDataPage } from './pages/personal-data'
import { changeEmailPage, forgotPasswordPage, resetPasswordPage, verifyEmailPage } from './pages/recovery'
import { registerPage } from './pages/register'
import { relatePage } from './pages/relate'
import { searchPage } from './pages/search'
import { signInPage, signOutPage } from './pages/sign-in'
import { todayPage } from './pages/today'

export const PAGES: readonly DeskPage[] = [
  todayPage,
  leadsPage,
  boardPage,
  newLeadPage,
  editLeadPage,
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
  customerPage,
  searchPage,
  signInPage,
  signOutPage,
  registerPage,
  verifyEmailPage,
  changeEmailPage,
  forgotPasswordPage,
  resetPasswordPage,
  oauthDonePage,
  oauthPage,
]
