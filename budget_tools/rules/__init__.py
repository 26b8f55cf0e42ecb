"""The rules: one file a group, each rule a generator of findings. The list is explicit: no magic, no plugins.

RUN001-RUN005 have no logic here: they are said by ``inspection`` and ``run`` about their own work. Neither
has XWB002, which is said where two moments are compared.
"""

from __future__ import annotations

from . import across, arithmetic, consequence, formulas, identity, numbers, overviews, structure, text
from .base import Rule, rule

RULES: tuple[Rule, ...] = (
    structure.form_not_recognised,
    structure.years_outside_period,
    structure.total_missing,
    structure.header_run_together,
    structure.row_without_text,
    structure.hidden_amounts,
    structure.stray_numbers,
    structure.unit_missing_or_double,
    structure.total_not_checked,
    identity.form_number_missing_or_invalid,
    identity.number_used_twice,
    identity.committee_against_number,
    identity.wrong_proposal_type,
    identity.account_missing_or_unknown,
    identity.sign_against_type,
    identity.number_gap,
    identity.duration_against_amounts,
    numbers.number_stored_as_text,
    numbers.ambiguous_separator,
    numbers.odd_minus_or_blank,
    numbers.mixed_number_format,
    numbers.unit_slip,
    numbers.blank_or_zero,
    numbers.text_in_amount_cell,
    numbers.error_date_or_percent,
    arithmetic.row_total_wrong,
    arithmetic.column_total_wrong,
    arithmetic.cross_foot_wrong,
    arithmetic.subtotal_counted_twice,
    arithmetic.rounding_only,
    arithmetic.suspiciously_even_drift,
    arithmetic.of_which_exceeds_parent,
    arithmetic.total_covers_more,
    formulas.hard_coded_total,
    formulas.sum_range_too_short_or_long,
    formulas.double_counted_cells,
    formulas.formula_differs_from_neighbours,
    formulas.number_inside_formula,
    formulas.stale_or_missing_value,
    formulas.link_to_another_file,
    text.placeholder_left_in,
    text.text_amount_differs,
    text.count_in_text_and_label,
    text.sum_in_text_wrong,
    text.reference_unclear,
    text.text_cut_off,
    text.alternatives_added_up,
    text.staff_years_unclear,
    text.reservation_not_in_figures,
    text.competing_proposals,
    overviews.overview_and_forms_differ,
    across.unit_prices_differ,
    across.price_levels_differ,
    across.frames_mixed,
    across.frame_exceeded,
    consequence.same_pool_in_several_places,
    consequence.overlaps_other_pool,
    consequence.other_year_spent_or_reduced,
    consequence.no_amount,
    consequence.period_missing,
    consequence.all_off_scale,
    consequence.open_amount,
    consequence.theme_without_pair,
)

HINTS = ("ARI004", "ARI005", "ARI006", "FRM008")
"""Codes that never stand alone: a line on the finding whose difference they explain."""

COMPARED = ("XWB002",)
"""Codes of what changed between two moments: no check of one moment finds them."""

__all__ = ["COMPARED", "HINTS", "RULES", "Rule", "rule"]
