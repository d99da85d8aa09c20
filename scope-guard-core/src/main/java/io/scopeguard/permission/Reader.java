package io.scopeguard.permission;

import io.scopeguard.permission.MassLoss.Loss;
import io.scopeguard.permission.PermissionsUnavailableException.Reason;
import io.scopeguard.permission.Read.Sweep;
import java.time.Clock;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What reads do: ask the provider, for one holder or for a page of members, and believe the answer or have it confirmed first.
 * Thread-safe.
 */
final class Reader {

    private final PermissionSource source;
    private final Definitions definitions;
    private final Readings readings;
    private final Clock clock;
    private final Stamps stamps;
    private final MassLoss massLoss = new MassLoss();
    private final Reads reads;

    Reader(
            PermissionSource source,
            Definitions definitions,
            Readings readings,
            Clock clock,
            Stamps stamps,
            Function<Consumer<Read>, Readers> readers) {
        this.source = source;
        this.definitions = definitions;
        this.readings = readings;
        this.clock = clock;
        this.stamps = stamps;
        this.reads = new Reads(this::read, clock, stamps, readers);
    }

    Reads reads() {
        return reads;
    }

    private @Nullable Reading read(Read read) {
        if (read.target() instanceof RoleKind kind) {
            definitions.read(kind, read.need(), read.urgency());
            return null;
        }
        if (read.target() instanceof Sweep sweep) {
            sweep(sweep.organization());
            return null;
        }
        return holder((Holder) read.target(), read);
    }

    private Reading holder(Holder holder, Read read) {
        Reading known = readings.glance(holder);
        if (known != null && read.need().isMetBy(known)) {
            // A page has told it meanwhile.
            return known;
        }
        if (read.need().confirmed()) {
            return confirmed(holder, known, read.urgency());
        }
        Answer listed = listed(holder, known, read);
        Answer answer = listed != null ? listed : ask(() -> source.read(holder, read.urgency()));
        return answer.takesFrom(known)
                ? confirmed(holder, known, read.urgency())
                : believed(holder, known, answer, false);
    }

    private Reading confirmed(Holder holder, @Nullable Reading known, Urgency urgency) {
        rereadDefinitions(holder, urgency);
        Answer answer = ask(() -> source.confirm(holder, urgency));
        if (answer.losesStanding(known)) {
            Holder counterpart = holder.counterpart();
            believeLoss(
                    new Loss(holder, known, counterpart == null ? null : readings.glance(counterpart), answer.asOf));
        }
        return believed(holder, known, answer, true);
    }

    /** A role that means less and a subject that holds less look the same from where somebody notices. */
    private void rereadDefinitions(Holder holder, Urgency urgency) {
        Need newer = Need.newerThan(stamps.next());
        boolean both = holder.kind() == Holder.Kind.USER;
        if (both || holder.organization() != null) {
            definitions.read(RoleKind.ORGANIZATION, newer, urgency);
        }
        if (both || holder.organization() == null) {
            definitions.read(RoleKind.GLOBAL, newer, urgency);
        }
    }

    private Reading believed(Holder holder, @Nullable Reading known, Answer answer, boolean confirmed) {
        massLoss.read(holder, answer.holdings.standing(), answer.asOf);
        Reading next = readings.next(known, answer.holdings, answer.asOf, answer.stamp, confirmed, definitions.view());
        if (readings.believe(holder, next, answer.takesFrom(known))) {
            readings.share(holder, next, confirmed, definitions.view());
        }
        return next;
    }

    private void believeLoss(Loss loss) {
        List<Loss> withheld = massLoss.take(loss, loss.asOf());
        withheld.forEach(readings::restore);
        if (!withheld.isEmpty()) {
            throw new PermissionsUnavailableException(
                    Reason.IMPLAUSIBLE, "Too many subjects have lost their standing at once.");
        }
    }

    /** The member as found in the list, if reading that is the better way and it is there. */
    private @Nullable Answer listed(Holder holder, @Nullable Reading known, Read read) {
        String organization = holder.organization();
        if (organization == null
                || holder.kind() != Holder.Kind.MEMBER
                || read.need().own()) {
            return null;
        }
        Roster roster = readings.roster(organization);
        int number = roster.pageFor(known, read.urgency(), now());
        while (number != 0) {
            Answer found = page(organization, roster, number, read.urgency()).of(holder);
            if (found != null) {
                sweepOn(organization, roster, read.knownAsOf());
                return found;
            }
            number = roster.nextPage();
        }
        return null;
    }

    private void sweepOn(String organization, Roster roster, long knownAsOf) {
        if (roster.isSweeping()) {
            reads.ahead(new Sweep(organization), Need.newerThan(0), knownAsOf);
        }
    }

    private void sweep(String organization) {
        Roster roster = readings.roster(organization);
        for (int number = roster.nextPage(); number != 0; number = roster.nextPage()) {
            page(organization, roster, number, Urgency.AHEAD);
        }
    }

    private Page page(String organization, Roster roster, int number, Urgency urgency) {
        long stamp = stamps.next();
        long start = now();
        try {
            MemberPage members = source.members(organization, number, urgency);
            if (members == null) {
                roster.cannotBeListed();
                return new Page(null, start, stamp);
            }
            Page page = new Page(members, start, stamp);
            members.byUser().keySet().forEach(user -> takeIn(Holder.member(user, organization), page));
            roster.hasPages(members.pages());
            return page;
        } catch (PermissionsUnavailableException e) {
            roster.unread(number, e.reason());
            throw e;
        }
    }

    /** What a page takes from somebody is confirmed for that one alone; who is on no page is looked for when next wanted. */
    private void takeIn(Holder holder, Page page) {
        Answer answer = page.of(holder);
        Reading known = readings.glance(holder);
        if (answer == null || (known != null && known.stamp() > answer.stamp)) {
            return;
        }
        if (!answer.takesFrom(known)) {
            believed(holder, known, answer, false);
        } else if (known != null) {
            reads.ahead(holder, Need.confirming(stamps.next()), known.asOf());
        }
    }

    private Answer ask(Supplier<Holdings> question) {
        long stamp = stamps.next();
        long start = now();
        return new Answer(question.get(), start, stamp);
    }

    private long now() {
        return EpochNanos.of(clock.instant());
    }

    /** What the provider says one holder holds, and when it was asked. */
    private record Answer(Holdings holdings, long asOf, long stamp) {

        /** Who was never read has lost something if there is no standing: a token says that there was. */
        boolean takesFrom(@Nullable Reading known) {
            return known == null ? holdings.standing() != Standing.ACTIVE : holdings.shrinks(known.holdings());
        }

        boolean losesStanding(@Nullable Reading known) {
            return holdings.standing() != Standing.ACTIVE
                    && (known == null || known.holdings().standing() == Standing.ACTIVE);
        }
    }

    private record Page(@Nullable MemberPage members, long asOf, long stamp) {

        @Nullable
        Answer of(Holder holder) {
            Holdings found = members == null ? null : members.byUser().get(holder.id());
            return found == null ? null : new Answer(found, asOf, stamp);
        }
    }
}
