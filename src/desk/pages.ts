// The list of the pages of the desk: routes, navigation and the access matrix are made from it. The first that fits a
// path answers, so a fixed path stands before one with a parameter.
import type { DeskPage } from './page'
import { oauthDonePage, oauthPage } from './pages/oauth'
import { changeEmailPage, forgotPasswordPage, resetPasswordPage, verifyEmailPage } from './pages/recovery'
import { registerPage } from './pages/register'
import { signInPage, signOutPage } from './pages/sign-in'
import { todayPage } from './pages/today'

export const PAGES: readonly DeskPage[] = [
  todayPage,
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
