package io.scopeguard.token;

import io.scopeguard.annotation.Internal;
import org.jspecify.annotations.Nullable;

/**
 * A value that its owner derives from each verified token, as {@link ClassValue} does for classes. It is found without hashing and
 * dropped with the token. Tokens in use keep their owner from being garbage collected. Thread-safe: if two threads set a value at
 * the same time, one of the two remains, or none.
 *
 * @hidden
 */
@Internal
public final class TokenValue<T> {

    /** The value of this view of the token, or {@code null} if none was set. */
    @SuppressWarnings({"unchecked", "ReferenceEquality"}) // entries of this owner contain its values
    public @Nullable T get(AccessToken token) {
        for (Entry entry = token.values(); entry != null; entry = entry.next) {
            if (entry.owner == this) {
                return (T) entry.value;
            }
        }
        return null;
    }

    /** Sets the value of this view of the token, which must not have one yet. */
    public T set(AccessToken token, T value) {
        token.add(new Entry(this, value, token.values()));
        return value;
    }

    /** One of the values of a token. */
    record Entry(
            TokenValue<?> owner, Object value, @Nullable Entry next) {}
}
