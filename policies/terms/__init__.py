"""Flat terms and the policies made of them: offers, requests, counter-offers, agreements."""

from policies.prices import Rate, rate_of
from policies.terms.derived import agreement, narrowed, renamed
from policies.terms.flat import Terms
from policies.terms.reading import need_of, same_terms, terms_of

__all__ = ["Rate", "Terms", "agreement", "narrowed", "need_of", "rate_of", "renamed", "same_terms", "terms_of"]
