// What each error means to the person who meets it: why it happens, and what to do. The titles stand in errors.ts.
import type { ErrorCode } from '../errors'

export type Explanation = { why: string; mend: string }

export const EXPLANATIONS: Record<ErrorCode, Explanation> = {
  invalid: {
    why: 'A field of the body, the query or the path does not have the form that the API documents, or is unknown.',
    mend: 'Read `errors`: each entry names the field by its `path` and says what it must be. Send the request again.',
  },
  malformed_json: {
    why: 'The body cannot be parsed as JSON: often a trailing comma, a single quote, or an empty body.',
    mend: 'Build the body with a JSON library, and send `Content-Type: application/json`.',
  },
  invalid_cursor: {
    why: 'A cursor belongs to one list with one set of filters and one caller. It was changed, or sent with others.',
    mend: 'Read the list from its beginning, without `cursor`, and take `nextCursor` from each answer as it is.',
  },
  invalid_idempotency_key: {
    why: 'The header `Idempotency-Key` is empty, too long, or has characters that are not visible ASCII.',
    mend: 'Send a new UUID for each operation, and the same one when you repeat it.',
  },
  invalid_invitation: {
    why: 'An invitation works once, for seven days, for the address that it was sent to, while its sender is a member.',
    mend: 'Ask an ADMIN of the workspace for a new invitation.',
  },
  invalid_token: {
    why: 'The token of a mailed link works once and for a limited time. A newer mail ends the older one.',
    mend: 'Ask for a new mail, and open the link of the newest one.',
  },
  invalid_oauth_state: {
    why: 'A sign-in with a provider must end in the browser in which it began, within ten minutes, with cookies allowed.',
    mend: 'Begin the sign-in again.',
  },
  invalid_oauth_code: {
    why: 'The code of a sign-in lasts 60 seconds, works once, and needs the verifier of the browser that began.',
    mend: 'Begin the sign-in again, and exchange the code at once.',
  },
  oauth_failed: {
    why: 'Google or GitHub gave an answer that could not be checked: a wrong client secret, or an outage.',
    mend: 'Try again. If it persists, the operator checks the client id, the secret and the callback address.',
  },
  invalid_signature: {
    why: 'A call to the Stripe webhook had no signature by `STRIPE_WEBHOOK_SECRET`, or one older than five minutes.',
    mend: 'The operator sets the secret that Stripe shows for this endpoint, and checks the clock of a proxy.',
  },
  unreadable_import: {
    why: 'The file has no header row or no record, or is not of the type that its `Content-Type` names.',
    mend: 'Export it again as CSV with a header row, JSON, NDJSON or vCard, and name its type.',
  },
  unsupported_encoding: {
    why: 'The body or the file is not UTF-8. Spreadsheets often save CSV in the encoding of the country.',
    mend: 'Send UTF-8. Save a sheet as “CSV UTF-8”, or convert a file with `iconv -t UTF-8`.',
  },
  nothing_imported: {
    why: 'Every row was refused. `errors` has the first reasons, and `importId` leads to all of them.',
    mend: 'Read `GET /v1/imports/{id}/errors.csv`, correct the file or the `mapping`, and send it again.',
  },
  invalid_owner: {
    why: 'An owner or assignee must be an active member of the same workspace, and no CUSTOMER.',
    mend: 'Take an id from `GET /v1/users?status=ACTIVE`.',
  },
  unauthenticated: {
    why: 'No token was sent, or it was made up, or its session or key has ended.',
    mend: 'Send `Authorization: Bearer …`. Refresh the session, or sign in again.',
  },
  token_expired: {
    why: 'The access token is genuine, and its 15 minutes are over.',
    mend: 'Exchange the refresh token for a new one, or sign in again. Send the request again with the new access token.',
  },
  invalid_credentials: {
    why: 'The address or the password is wrong. The answer does not tell which.',
    mend: 'Try again, or ask for a new password by `POST /v1/auth/forgot-password`.',
  },
  invalid_refresh_token: {
    why: 'A refresh token is good until its successor is used. One that comes back later ends the whole session.',
    mend: 'Sign in again. Store the newest `refreshToken` before you use its access token.',
  },
  plan_limit: {
    why: 'The plan of the workspace allows no more records of this kind. `limit` says how many, and how many there are.',
    mend: 'Delete records for good, or change the plan at `upgradeUrl`.',
  },
  reauthentication_required: {
    why: 'What plants another way to sign in asks for a sign-in within the last 15 minutes.',
    mend: 'Sign in again, then repeat the request.',
  },
  email_unverified: {
    why: 'The workspace asks its members to verify their address before they write.',
    mend: 'Open the link in the mail, or ask for another by `POST /v1/auth/resend-verification`.',
  },
  forbidden: {
    why: 'Your role, or the scopes of the API key, do not allow this. `detail` names what is missing.',
    mend: 'Ask an ADMIN for the role, or create a key with the scope that the operation names in the reference.',
  },
  not_yours: {
    why: 'SALES change the leads that they own. A lead of the pool belongs to nobody.',
    mend: 'Claim the lead first: `POST /v1/leads/{id}/claim`.',
  },
  oauth_denied: {
    why: 'The permission was refused on the page of the provider.',
    mend: 'Begin again and allow access, or sign in with a password.',
  },
  oauth_email_unverified: {
    why: 'Google or GitHub has not verified an address of this account, so it proves nothing.',
    mend: 'Verify the address there, then try again.',
  },
  signup_closed: {
    why: 'The operator has closed registration (`SIGNUP`): people join by an invitation.',
    mend: 'Ask an ADMIN for an invitation.',
  },
  not_found: {
    why: 'There is no such path or record, it is in the trash, or it is not in your reach. The answer does not tell which.',
    mend: 'Check the path and the id. A list shows what is in your reach.',
  },
  method_not_allowed: {
    why: 'The path exists, but not with this method.',
    mend: 'Use a method that the `Allow` header of the answer names.',
  },
  already_claimed: {
    why: 'A lead has one owner. Of all who claim at the same time, one wins; this request did not.',
    mend: 'Claim another one: `POST /v1/leads/claim-next`. `claimedBy` names the owner.',
  },
  already_yours: {
    why: 'The lead that you claim belongs to you already, perhaps by the same click. `lead` has it.',
    mend: 'Go on with the lead.',
  },
  already_converted: {
    why: 'A lead becomes a customer once.',
    mend: 'Open the customer at `existingId`.',
  },
  customer_exists: {
    why: 'An e-mail address belongs to one living customer of a workspace.',
    mend: 'Change the customer at `existingId`, or use `PUT /v1/customers` to create or update by address.',
  },
  external_id_taken: {
    why: 'An external id belongs to one living customer, or lead, of a workspace.',
    mend: 'Find the record by `?externalId=`, and change that, or empty its external id first.',
  },
  login_taken: {
    why: 'A portal login belongs to one customer.',
    mend: 'Remove it from the customer at `existingId` first.',
  },
  already_erased: {
    why: 'The person was erased, and nothing about them was stored since.',
    mend: 'Nothing is left to do.',
  },
  merged_away: {
    why: 'This customer was merged into another, which has its records now.',
    mend: 'Use the customer at `existingId`, or undo the merge by restoring this one.',
  },
  invalid_transition: {
    why: 'Tickets move between some statuses only, and customers may do less than the team.',
    mend: 'Read the ticket, and choose a status that can follow; the reference lists them.',
  },
  relationship_cycle: {
    why: 'Nobody is above or below themselves, also over several steps.',
    mend: 'Remove one relationship of the chain first.',
  },
  tag_exists: {
    why: 'A name is one tag, whatever its case and accents.',
    mend: 'Use the tag at `existingId`.',
  },
  field_exists: {
    why: 'A key is one field of an entity, archived or not.',
    mend: 'Change the field at `existingId`, or choose another key.',
  },
  stage_exists: {
    why: 'A stage of the same entity has this name; case and accents do not matter.',
    mend: 'Choose another name, or use the stage: `existingId` names it.',
  },
  too_many_stages: {
    why: 'A board of more than 20 columns helps nobody, so there are 20 stages for leads and 20 for tickets.',
    mend: 'Delete one that is not needed: `DELETE /v1/stages/{id}`.',
  },
  stage_in_use: {
    why: 'Its records would have no stage, though others have one of the same status.',
    mend: 'Name the stage that they get: `DELETE /v1/stages/{id}?moveTo=`.',
  },
  field_taken: {
    why: 'The field is unique, and another living record has this value.',
    mend: 'See the record at `existingId`: perhaps it is the same. Merge them, or change one of the values.',
  },
  too_many_views: {
    why: 'A list has at most 50 shared views, and 50 of each member.',
    mend: 'Delete a view that nobody needs, or change one.',
  },
  view_outdated: {
    why: 'The view asks for a field or an order that the list does not have any more, or that your role does not see.',
    mend: 'Change the view as `errors` says, or ask the list without `view`.',
  },
  too_many_indexed: {
    why: 'An entity has at most five indexed fields: each write keeps them.',
    mend: 'Take the index from another field first, with `"indexed": false`.',
  },
  too_many_fields: {
    why: 'An entity has at most 50 fields, archived ones too.',
    mend: 'Use a field that is archived for something else, or keep the value without a definition.',
  },
  too_many_tags: {
    why: 'A customer, lead or ticket has at most 50 tags, and one of these would have more. Nothing was changed.',
    mend: 'Take tags off first; what belongs to one record alone is better kept in a custom field.',
  },
  email_taken: {
    why: 'An e-mail address belongs to one account of the installation.',
    mend: 'Sign in with it, ask for a new password, or use another address.',
  },
  account_unverified: {
    why: 'An account has this address, but nobody has proved that it is theirs. Linking it could give it away.',
    mend: 'Ask for a new password by `POST /v1/auth/forgot-password`: the mail proves the address.',
  },
  provider_taken: {
    why: 'A user has at most one account of each provider linked.',
    mend: 'Unlink the present one first.',
  },
  identity_taken: {
    why: 'This Google or GitHub account signs in another user.',
    mend: 'Unlink it there first.',
  },
  last_way_in: {
    why: 'Without a password, this linked account is the only way to sign in.',
    mend: 'Set a password by `POST /v1/auth/forgot-password` first.',
  },
  username_taken: {
    why: 'A user name belongs to one account of the installation.',
    mend: 'Choose another one.',
  },
  slug_taken: {
    why: 'A slug names one workspace of the installation.',
    mend: 'Choose another one.',
  },
  import_running: {
    why: 'An import is reverted after it has ended.',
    mend: 'Wait until `status` is `DONE`, or cancel it.',
  },
  workspace_not_empty: {
    why: 'Records keep their ids only in a workspace without records, or with none but those that came so.',
    mend: 'Import into a new workspace, or leave `keepIds` out: then ids become external ids.',
  },
  import_over: {
    why: 'Only a running import can be cancelled.',
    mend: 'Revert it, if it can be: `POST /v1/imports/{id}/revert`.',
  },
  job_over: {
    why: 'Only a job that still runs can be cancelled.',
    mend: 'Nothing is left to do.',
  },
  job_not_cancellable: {
    why: 'The state that this job carries out holds already; it only finishes what must follow.',
    mend: 'Wait: `GET /v1/jobs/{id}` tells how far it is.',
  },
  count_differs: {
    why: 'Records were made or changed between the look and the change, so that the filter finds others than you have seen.',
    mend: 'Look at what the filter finds, and send the `count` of this answer as `expect` if it is what you mean.',
  },
  too_many_records: {
    why: 'A bulk change takes 10,000 records, and a filter that no index answers looks through 50,000.',
    mend: 'Narrow the filter, by an owner or a range of `createdAt` for example, and send several changes.',
  },
  already_undone: {
    why: 'A bulk change is undone once.',
    mend: 'Look for the job that undid it: `GET /v1/jobs?subjectId=` with the id of the change.',
  },
  undo_expired: {
    why: 'What records had before is given back for 24 hours after the end of a bulk change.',
    mend: 'Make the opposite change. `GET /v1/events` has the values of before.',
  },
  not_undoable: {
    why: 'Only bulk changes and distributions can be undone.',
    mend: 'Look at the `kind` of the job.',
  },
  already_sent: {
    why: 'Only mail that waits or has failed is tried again.',
    mend: 'Nothing is left to do.',
  },
  webhook_limit: {
    why: 'A workspace has 10 webhooks at most: each is asked after every change.',
    mend: 'Delete one, or let one receiver pass events on to others.',
  },
  webhook_secret_lost: {
    why: 'Secrets are sealed under `JWT_SECRET`. It has changed, and `JWT_SECRET_PREVIOUS` does not hold the one before.',
    mend: 'Give the webhook another secret by `POST /v1/webhooks/{id}/rotate-secret`, or set `JWT_SECRET_PREVIOUS`.',
  },
  last_admin: {
    why: 'A workspace without an active ADMIN could not be administered any more.',
    mend: 'Make another member ADMIN first.',
  },
  already_subscribed: {
    why: 'The workspace pays already.',
    mend: 'Change the subscription by `POST /v1/billing/portal`.',
  },
  not_subscribed: {
    why: 'The billing portal belongs to a subscription.',
    mend: 'Subscribe by `POST /v1/billing/checkout`.',
  },
  answer_not_kept: {
    why: 'The first request with this key was done. Its answer was too large to be stored for a second one.',
    mend: 'Read the record. Do not send the operation under a new key, for it would happen twice.',
  },
  idempotency_in_flight: {
    why: 'The same request was sent before, and runs still.',
    mend: 'Wait as `Retry-After` says, then send it again with the same key.',
  },
  stale: {
    why: '`If-Match` names a version that the record no longer has: somebody changed it meanwhile.',
    mend: 'Read the record again, show both versions to the person, and send the change with the new ETag.',
  },
  body_too_large: {
    why: 'A body has at most 1 MB, and 128 KB without a token or key. Files have a limit of their own.',
    mend: 'Send less at a time. Send a file to `POST /v1/imports` without an `Idempotency-Key`.',
  },
  file_too_large: {
    why: 'A file to import has at most 50 MB.',
    mend: 'Split it. Each part needs the header row.',
  },
  wrong_content_type: {
    why: 'The body was sent with a media type that this operation does not read.',
    mend: 'Send `Content-Type: application/json`; an import names the type of its file.',
  },
  idempotency_mismatch: {
    why: 'The key was used with another path, query or body.',
    mend: 'Send a new key for a new operation.',
  },
  locked_out: {
    why: 'After ten failed sign-ins, an account or an address waits 15 minutes.',
    mend: 'Wait as `Retry-After` says. A new password by mail works at once.',
  },
  rate_limited: {
    why: 'The caller has sent more requests than its window allows. The headers `RateLimit` and `RateLimit-Policy` tell how many.',
    mend: 'Wait as `Retry-After` says, and send fewer. `detail` says which limit it is, and which setting raises it.',
  },
  mail_limit: {
    why: 'An address, and a workspace, get a limited number of mails a day, so that nobody can be flooded.',
    mend: 'Wait until midnight UTC. The operator raises `MAILS_PER_RECIPIENT_A_DAY` or `MAILS_PER_WORKSPACE_A_DAY`.',
  },
  enquiry_limit: {
    why: 'The public form takes a limited number of enquiries a day from an address and for a workspace.',
    mend: 'Wait until midnight UTC. The operator raises the caps in the settings of the form.',
  },
  internal: {
    why: 'The Worker met an error that nobody expected. It is in the log under the `requestId`.',
    mend: 'Try again once. Then tell the operator the `requestId`.',
  },
  misconfigured: {
    why: 'A setting of the Worker is missing or invalid. The log names it under the `requestId`.',
    mend: 'The operator corrects the setting and deploys again.',
  },
  not_configured: {
    why: 'This feature needs settings that this installation does not have, such as mail, a provider or Stripe.',
    mend: 'The operator follows docs/deploying.md. Without the feature, everything else works.',
  },
  stripe_refused: {
    why: 'Stripe refused the request, often because of a price or key of another account or mode.',
    mend: 'The operator checks `STRIPE_SECRET_KEY` and `STRIPE_PRICE_PRO`; the log has the answer of Stripe.',
  },
  stripe_unavailable: {
    why: 'Stripe did not answer in time.',
    mend: 'Wait as `Retry-After` says, then try again. Nothing was charged.',
  },
  unavailable: {
    why: 'The database did not answer in time, or has not been migrated.',
    mend: 'Wait as `Retry-After` says, then send the request again, a POST with its `Idempotency-Key`.',
  },
  provider_unavailable: {
    why: 'Google or GitHub did not answer in time.',
    mend: 'Wait a little and begin the sign-in again, or sign in with a password.',
  },
  turnstile_unavailable: {
    why: 'The check that a person fills in the form did not answer in time.',
    mend: 'Wait as `Retry-After` says, then send the form again.',
  },
}
