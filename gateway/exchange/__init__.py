"""The use cases, one verb per file.

Each is an async function ``verb(ports, principal, command) -> view``: it checks scope and role, reads one consistent
view of the record, decides, and appends everything in one entry, guarded by the version it read.

Write path: ``invite.invite_party``, ``publish_dataset.publish_dataset``, ``publish_offer.publish_offer``,
``decide_platform_terms.decide_platform_terms``, ``delegate_signing.prepare_signing_key``,
``delegate_signing.delegate_signing``, ``consents.record_consents``, ``consents.withdraw_consent``,
``consents.object_to_use``, ``request.request_licence``, ``counter.counter_offer``, ``accept.accept_offer``,
``reject.reject_request``, ``decide_ethics_case.decide_ethics_case``, ``agree.sign_agreement``,
``revoke.suspend_licence``, ``revoke.resume_licence``, ``revoke.revoke_licence``.

Views: ``discover.catalogue``, ``discover.dataset``, ``discover.offer``, ``lookup.party``, ``lookup.negotiation``,
``lookup.negotiations``, ``lookup.licence``, ``lookup.licences``, ``lookup.agreement``, ``lookup_ethics.ethics_case``,
``lookup_ethics.ethics_cases``, ``trace.trace_receipt``, ``trace.access_log``.

Read path: ``read.pipeline.run``.
"""
