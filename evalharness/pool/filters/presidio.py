"""Personal data that presidio-analyzer finds beside what private.py does, where it is installed: by patterns alone.

Licences, tax and health numbers of some countries, MAC addresses, wallets. No model is loaded and nothing is fetched:
names, which have no form, take a model of one's own.
"""

from collections.abc import Callable
from typing import Any

from evalharness.errors import UsageError

SURE = 0.5  # presidio's score; what a pattern alone suggests, without checksum or word beside it, lies below
FORMLESS = {"PERSON", "LOCATION", "ORGANIZATION", "NRP", "DATE_TIME", "URL"}
OURS = {"EMAIL_ADDRESS", "CREDIT_CARD", "IBAN_CODE", "US_SSN", "PHONE_NUMBER", "IP_ADDRESS"}
"""Found by private.py, which lets addresses that belong to nobody pass."""


def finder() -> Callable[[str], list[str]]:
    """What names the kinds in a text. Raises UsageError where presidio-analyzer is not installed."""
    try:
        import spacy
        import tldextract
        from presidio_analyzer import AnalyzerEngine
        from presidio_analyzer.nlp_engine import SpacyNlpEngine
    except ImportError:
        raise UsageError(
            "--presidio takes presidio-analyzer, which is not installed: pip install it beside this"
        ) from None

    tldextract.tldextract.TLD_EXTRACTOR = tldextract.TLDExtract(cache_dir=None, suffix_list_urls=())  # its own list
    engine: Any = SpacyNlpEngine(models=[{"lang_code": "en", "model_name": "blank"}])
    engine.nlp = {"en": spacy.blank("en")}
    analyzer = AnalyzerEngine(nlp_engine=engine, supported_languages=["en"])
    kinds = sorted(set(analyzer.get_supported_entities("en")) - FORMLESS - OURS)

    def found(text: str) -> list[str]:
        hits = analyzer.analyze(text, language="en", entities=kinds, score_threshold=SURE)
        return sorted({hit.entity_type.lower().replace("_", " ") for hit in hits})

    return found
