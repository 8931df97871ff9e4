# What people are told, in English. A text for each occasion (`src/occasion.rs`): the subject of a letter, the
# letter itself (.email), the short text (.sms), and what a participant's system may show (.webhook). No .sms:
# nothing is said on the telephone. `{ $… }` is filled in; which place belongs where is checked at start.

# Around every letter.
letter =
    .details =
        Service: { $service }
        Application number: { $number }
        Time: { $time }
    .footer =
        You can ask where your application stands by its number: in your service history on the portal, at the front office, from the provider, or by phone 1414.

        This letter was sent automatically; please do not answer it.

received =
    .subject = Application { $number } has been received
    .email = Your application has been received and is being checked.
    .sms = Application { $number } has been received and is being checked.
    .webhook = { received.email }

refused =
    .subject = Application { $number } has been refused
    .email =
        Your application has been refused.

        Reason: { $reason }
        What can be done: { $action }
    .sms = Application { $number } has been refused: { $reason } Ask 1414.
    .webhook = { refused.email }

delivered =
    .subject = Application { $number } is with the service provider
    .email = Your application has been handed to the service provider, who registered it under number { $registration }.
    .webhook = { delivered.email }

status-reported =
    .subject = Application { $number }: news from the service provider
    .email = The service provider reports: { $status }.
    .sms = Application { $number }: { $status }.
    .webhook = { status-reported.email }

granted =
    .subject = Application { $number }: the result is ready
    .email = Your application has been granted. Result: { $result }.
    .sms = Application { $number } has been granted, the result is ready.
    .webhook = { granted.email }

declined =
    .subject = Application { $number }: the provider has refused the service
    .email =
        The service provider has refused the service.

        Reason: { $reason }
    .sms = Application { $number }: the provider has refused the service. Reason: { $reason }
    .webhook = { declined.email }

# Words for the statuses that providers report; another one is shown as it came.
status =
    .registered = the application is registered
    .in-progress = the application is being worked on
    .suspended = work on the application is suspended
    .ready = the result is ready
