package io.scopeguard.signal;

import io.scopeguard.remedy.Remedy;
import io.scopeguard.scope.Scopes;
import io.scopeguard.signal.ScopeDriftHint.Change;
import io.scopeguard.signal.ScopeDriftHint.RoleChange;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.greenbytes.http.sfv.InnerList;
import org.greenbytes.http.sfv.IntegerItem;
import org.greenbytes.http.sfv.Item;
import org.greenbytes.http.sfv.ListElement;
import org.greenbytes.http.sfv.StringItem;
import org.greenbytes.http.sfv.TokenItem;
import org.jspecify.annotations.Nullable;

/** Reads the members of a {@code Scope-Drift} Dictionary, each with its type and bounds. */
final class HintReader {

    private static final Pattern FINGERPRINT = Pattern.compile("[A-Za-z0-9_-]{16}");

    private final Map<String, ListElement<? extends Object>> members;

    HintReader(Map<String, ListElement<? extends Object>> members) {
        this.members = members;
    }

    /** @throws MalformedHintException if a required member is missing, or a member is invalid */
    ScopeDriftHint read() {
        return new ScopeDriftHint(
                action(),
                change(ScopeDriftHeader.DEMOTED),
                change(ScopeDriftHeader.PROMOTED),
                change(ScopeDriftHeader.NEW),
                roleChange(ScopeDriftHeader.DEMOTED_ROLES),
                roleChange(ScopeDriftHeader.PROMOTED_ROLES),
                text(ScopeDriftHeader.ORGANIZATION),
                text(ScopeDriftHeader.RESOURCE),
                fingerprint(),
                Instant.ofEpochSecond(number(ScopeDriftHeader.AS_OF, Long.MAX_VALUE)),
                Duration.ofSeconds(number(ScopeDriftHeader.AFTER, ScopeDriftHeader.MAX_SPREAD.toSeconds())));
    }

    private Remedy action() {
        TokenItem action = required(
                ScopeDriftHeader.ACTION,
                as(TokenItem.class, ScopeDriftHeader.ACTION, members.get(ScopeDriftHeader.ACTION)));
        return switch (action.get()) {
            case "refresh" -> Remedy.REFRESH;
            case "reconsent" -> Remedy.RECONSENT;
            default -> throw new MalformedHintException(ScopeDriftHeader.ACTION);
        };
    }

    private String fingerprint() {
        String token = required(ScopeDriftHeader.TOKEN, text(ScopeDriftHeader.TOKEN));
        if (!FINGERPRINT.matcher(token).matches()) {
            throw new MalformedHintException(ScopeDriftHeader.TOKEN);
        }
        return token;
    }

    private Change change(String key) {
        ListElement<?> member = members.get(key);
        if (member == null) {
            return Change.NONE;
        }
        if (member instanceof InnerList names) {
            return Change.of(scopes(key, names));
        }
        return new Change(Math.toIntExact(number(key, Integer.MAX_VALUE)), null);
    }

    private RoleChange roleChange(String key) {
        ListElement<?> member = members.get(key);
        if (member == null) {
            return RoleChange.NONE;
        }
        if (member instanceof InnerList names) {
            return RoleChange.of(names(key, names, name -> !name.isBlank()));
        }
        return new RoleChange(Math.toIntExact(number(key, Integer.MAX_VALUE)), null);
    }

    private static Scopes scopes(String key, InnerList list) {
        return Scopes.ofTokens(names(key, list, Scopes::isScopeToken));
    }

    private static List<String> names(String key, InnerList list, Predicate<String> isName) {
        List<String> names = new ArrayList<>();
        for (Item<?> item : list.get()) {
            String name = item instanceof StringItem text ? text.get() : "";
            if (!isName.test(name)) {
                throw new MalformedHintException(key);
            }
            names.add(name);
        }
        return names;
    }

    private @Nullable String text(String key) {
        StringItem text = as(StringItem.class, key, members.get(key));
        return text == null ? null : text.get();
    }

    private long number(String key, long most) {
        long number =
                required(key, as(IntegerItem.class, key, members.get(key))).getAsLong();
        if (number < 0 || number > most) {
            throw new MalformedHintException(key);
        }
        return number;
    }

    private static <T> @Nullable T as(Class<T> type, String key, @Nullable ListElement<?> member) {
        if (member != null && !type.isInstance(member)) {
            throw new MalformedHintException(key);
        }
        return type.cast(member);
    }

    private static <T> T required(String key, @Nullable T member) {
        if (member == null) {
            throw new MalformedHintException(key);
        }
        return member;
    }
}
