"""What an employee sends: a new request, a reply, a verdict."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from firstline.devices.models import Device
from firstline.tickets.enums import CanWork


class _Files(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of files; cleans to a list."""

    widget = _Files

    def clean(self, data: Any, initial: Any = None) -> Any:
        files = data if isinstance(data, list | tuple) else [data] if data else []
        cleaned: list[UploadedFile] = [super(FilesField, self).clean(file, initial) for file in files]
        return [file for file in cleaned if file]


class AskForm(forms.Form):
    """Two plain questions: what happened, and can you work?"""

    subject = forms.CharField(label=_("What is wrong?"), max_length=200)
    body = forms.CharField(
        label=_("What happened?"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 3})
    )
    can_work = forms.ChoiceField(
        label=_("Can you work?"),
        choices=[(CanWork.YES, _("Yes")), (CanWork.PARTLY, _("Partly")), (CanWork.NO, _("No"))],
        widget=forms.RadioSelect,
        initial=CanWork.PARTLY,
    )
    device = forms.ChoiceField(label=_("Device"), required=False)
    files = FilesField(label=_("Screenshots and files"), required=False)  # type: ignore[assignment]
    draft_key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, devices: list[Device], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._devices = {str(device.pk): device for device in devices}
        field = self.fields["device"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            *((key, device.label) for key, device in self._devices.items()),
            ("", _("not about a device")),
        ]
        if devices and not self.is_bound:
            field.initial = str(devices[0].pk)

    def device_chosen(self) -> Device | None:
        """The device the request is about; None for none."""
        return self._devices.get(self.cleaned_data["device"])


class ReplyForm(forms.Form):
    """An answer to the technician."""

    body = forms.CharField(
        label=_("Your answer"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 3})
    )
    files = FilesField(label=_("Screenshots and files"), required=False)  # type: ignore[assignment]


class RatingForm(forms.Form):
    """How it went."""

    stars = forms.IntegerField(min_value=1, max_value=5)
    comment = forms.CharField(max_length=4000, required=False)
