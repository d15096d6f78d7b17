// Texts of the demo data: interactions that the team logs, and tickets.
export const TALK = {
  NOTE: [
    'Prefers e-mail to the phone, and answers within the hour.',
    'Two of the team start in the evening group; the others wait for spring.',
    'Asked for the invoice to be split over two budgets.',
    'Decides together with the head of training.',
    'Came by recommendation of a graduate; very well informed.',
    'Holidays in August, better not to call then.',
  ],
  CALL: [
    'Wants an offer for five seats.',
    'Asked about dates in spring; undecided between two courses.',
    'Not there; left a message with a colleague.',
    'Happy with the first week. Would like more exercises.',
    'Budget is approved, the contract may go out.',
    'Complained about the sound of the recordings; promised to look into it.',
  ],
  EMAIL: [
    'Sent the syllabus and the price list.',
    'Sent the offer, valid for 30 days.',
    'Sent the certificate and asked for a reference.',
    'Answered questions on funding; attached the form.',
    'Confirmed the dates of the in-house workshop.',
  ],
  MEETING: [
    'Trial lesson with six of their people. Good mood, many questions.',
    'Visit on site: went through the goals of the year and who needs what.',
    'Video call on the contract; two clauses are open.',
    'Coffee at the autumn fair. Wants to hear from us before Christmas.',
  ],
  TASK: [
    'Send the revised offer.',
    'Ask accounting about the open invoice.',
    'Book the room for the workshop.',
    'Prepare the figures of the pilot group.',
  ],
  FOLLOW_UP: [
    'Call back about the offer.',
    'Ask how the first week went.',
    'Remind of the early-bird price.',
    'Ask for the decision of the board.',
  ],
}

export const TICKETS: [title: string, description: string | null][] = [
  ['Cannot sign in to the course platform', 'The link from the welcome mail says that it has expired.'],
  ['The invoice has the old company name', 'We were renamed in spring. Accounting needs a corrected invoice.'],
  ['Certificate has not arrived', null],
  ['Move to the evening group', 'My shifts change next month. Is there a seat in the evening?'],
  ['Recording of week 3 has no sound', 'Chrome and Firefox, on two machines.'],
  ['Two seats more for the workshop', null],
  ['Cannot hand in the exercise', 'Uploads stop at 99 %.'],
  ['Letter for the employment agency', 'They need the number of hours in writing.'],
  ['Subtitles for the recordings', 'One of our people is hard of hearing.'],
  ['Refund for the cancelled day', null],
]

export const COMMENTS = {
  team: [
    'Thank you for telling us. I am looking into it.',
    'Passed on to the platform team; they answer by tomorrow.',
    'Should be done now. Could you try once more?',
    'Sent by post today.',
  ],
  customer: [
    'It still happens.',
    'Works now, thank you!',
    'That was quick, thanks.',
    'Tomorrow before noon would be best.',
  ],
}
