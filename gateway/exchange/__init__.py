"""The use cases, one verb per file.

Each is an async function ``verb(ports, principal, command) -> view``: it checks scope and role, reads one consistent
view of the record, decides, and appends everything in one entry, guarded by the version it read.

Write path: ``invite.invite_party``, ``publish.publish_dataset``, ``publish.publish_offer``,
``decide_terms.decide_platform_terms``, ``delegate.prepare_signing_key``, ``delegate.delegate_signing``,
``consent.record_consents``, ``consent.withdraw_consent``, ``consent.object_to_use``, ``request.request_licence``,
``answer.counter_offer``, ``answer.accept_offer``, ``answer.reject_request``, ``ethics.decide_ethics_case``,
``sign.sign_agreement``, ``revoke.suspend_licence``, ``revoke.resume_licence``, ``revoke.revoke_licence``.

Views: ``discover.catalogue``, ``discover.dataset``, ``discover.offer``, ``lookup.party``, ``lookup.negotiation``,
``lookup.negotiations``, ``lookup.licence``, ``lookup.licences``, ``lookup.agreement``, ``lookup.access_log``,
``ethics.ethics_case``, ``ethics.ethics_cases``, ``trace.trace_receipt``.
"""
