package io.scopeguard.logtobox.directory;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A person. The password never leaves the directory.
 *
 * @since 0.1
 */
public record User(
        String id,
        @Nullable String username,
        @Nullable String primaryEmail,
        @Nullable String primaryPhone,
        @Nullable String name,
        @Nullable String avatar,
        Map<String, Object> customData,
        Map<String, Object> identities,
        @Nullable Long lastSignInAt,
        long createdAt,
        long updatedAt,
        Map<String, Object> profile,
        @Nullable String applicationId,
        @Nullable String cimdClientId,
        boolean isSuspended,
        @JsonIgnore @Nullable String password)
        implements Entity {

    public static User named(
            String id,
            @Nullable String username,
            @Nullable String email,
            @Nullable String name,
            @Nullable String password,
            long createdAt) {
        return new User(
                id, username, email, null, name, null, Map.of(), Map.of(), null, createdAt, createdAt, Map.of(), null,
                null, false, password);
    }

    public User withSuspended(boolean suspended, long now) {
        return new User(
                id,
                username,
                primaryEmail,
                primaryPhone,
                name,
                avatar,
                customData,
                identities,
                lastSignInAt,
                createdAt,
                now,
                profile,
                applicationId,
                cimdClientId,
                suspended,
                password);
    }

    public User withPassword(String newPassword, long now) {
        return new User(
                id,
                username,
                primaryEmail,
                primaryPhone,
                name,
                avatar,
                customData,
                identities,
                lastSignInAt,
                createdAt,
                now,
                profile,
                applicationId,
                cimdClientId,
                isSuspended,
                newPassword);
    }

    public User withCustomData(Map<String, Object> data, long now) {
        return new User(
                id,
                username,
                primaryEmail,
                primaryPhone,
                name,
                avatar,
                data,
                identities,
                lastSignInAt,
                createdAt,
                now,
                profile,
                applicationId,
                cimdClientId,
                isSuspended,
                password);
    }

    /** The application of the first sign-in never changes. */
    public User signedIn(@Nullable String application, long now) {
        return new User(
                id,
                username,
                primaryEmail,
                primaryPhone,
                name,
                avatar,
                customData,
                identities,
                now,
                createdAt,
                now,
                profile,
                applicationId == null ? application : applicationId,
                cimdClientId,
                isSuspended,
                password);
    }

    /** The user with the attributes that an administrator may edit in one call. */
    public User edited(
            @Nullable String newUsername,
            @Nullable String newEmail,
            @Nullable String newPhone,
            @Nullable String newName,
            @Nullable String newAvatar,
            Map<String, Object> newCustomData,
            long now) {
        return new User(
                id,
                newUsername,
                newEmail,
                newPhone,
                newName,
                newAvatar,
                newCustomData,
                identities,
                lastSignInAt,
                createdAt,
                now,
                profile,
                applicationId,
                cimdClientId,
                isSuspended,
                password);
    }

    @Override
    public String toString() {
        return "User[" + id + "]";
    }
}
